%% Savina 2: one producer tells a counter 1 000 000 times to add one, then asks for the total.
-module(counting).
-export([run/0]).

-define(MESSAGES, 1000000).

run() ->
    Main = self(),
    Counter = savina:spawn_long_queue(fun() -> counter(0) end),
    spawn_link(fun() -> producer(Main, Counter, ?MESSAGES) end),
    receive {total, Total} -> [Total] end.

producer(Main, Counter, 0) ->
    Counter ! {retrieve, self()},
    receive {result, Total} -> Main ! {total, Total} end;
producer(Main, Counter, Left) ->
    Counter ! increment,
    producer(Main, Counter, Left - 1).

counter(Total) ->
    receive
        increment -> counter(Total + 1);
        {retrieve, From} -> From ! {result, Total}
    end.

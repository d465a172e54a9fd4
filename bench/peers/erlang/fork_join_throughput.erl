%% Savina 3: 10 000 messages to each of 60 processes, round by round; a sine for each message.
-module(fork_join_throughput).
-export([run/0]).

-define(MESSAGES, 10000).
-define(ACTORS, 60).

run() ->
    Main = self(),
    Actors = [savina:spawn_long_queue(fun() -> worker(Main, 0) end) || _ <- lists:seq(1, ?ACTORS)],
    rounds(Actors, ?MESSAGES),
    [savina:collect(handled, ?ACTORS)].

rounds(_, 0) -> ok;
rounds(Actors, Left) ->
    lists:foreach(fun(Actor) -> Actor ! message end, Actors),
    rounds(Actors, Left - 1).

worker(Main, ?MESSAGES) ->
    Main ! {handled, ?MESSAGES};
worker(Main, Handled) ->
    receive
        message ->
            _ = savina:sine(Handled),
            worker(Main, Handled + 1)
    end.

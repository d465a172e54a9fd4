%% Savina 4: 40 000 processes, each handles one message (a sine), reports and ends.
-module(fork_join_create).
-export([run/0, worker/1]).

-define(ACTORS, 40000).

run() ->
    Collector = savina:collector(handled, ?ACTORS),
    create(Collector, ?ACTORS),
    receive {handled, Sum} -> [Sum] end.

create(_, 0) -> ok;
create(Collector, Left) ->
    Actor = spawn(?MODULE, worker, [Collector]),
    Actor ! {message, Left},
    create(Collector, Left - 1).

worker(Collector) ->
    receive
        {message, Index} ->
            _ = savina:sine(Index),
            Collector ! {handled, 1}
    end.

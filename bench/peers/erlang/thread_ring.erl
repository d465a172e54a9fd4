%% Savina 5: a token goes 100 000 hops round a ring of 100 processes, then an exit message goes
%% round once.
-module(thread_ring).
-export([run/0]).

-define(ACTORS, 100).
-define(HOPS, 100000).

run() ->
    Main = self(),
    Ring = [spawn_link(fun() -> member(Main) end) || _ <- lists:seq(1, ?ACTORS)],
    [First | Rest] = Ring,
    lists:foreach(fun({Actor, Next}) -> Actor ! {next, Next} end, lists:zip(Ring, Rest ++ [First])),
    First ! {ping, ?HOPS},
    receive {handled, Handled} -> [Handled] end.

member(Main) ->
    receive {next, Next} -> member(Main, Next, 0) end.

member(Main, Next, Handled) ->
    receive
        {ping, 0} ->
            Next ! {exit, ?ACTORS, 0},
            member(Main, Next, Handled + 1);
        {ping, Left} ->
            Next ! {ping, Left - 1},
            member(Main, Next, Handled + 1);
        {exit, 1, Sum} ->
            Main ! {handled, Sum + Handled};
        {exit, Left, Sum} ->
            Next ! {exit, Left - 1, Sum + Handled}
    end.

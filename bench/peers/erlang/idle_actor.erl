%% Bytes of an idle process with two handlers: what the VM says its processes use, over 100 000 of
%% them.
-module(idle_actor).
-export([run/0]).

-define(ACTORS, 100000).

run() ->
    erlang:garbage_collect(),
    Before = erlang:memory(processes_used),
    Actors = [spawn_link(fun() -> idle(0) end) || _ <- lists:seq(1, ?ACTORS)],
    lists:foreach(fun(Actor) -> Actor ! {total, self()} end, Actors),
    Totals = savina:collect(total, ?ACTORS),
    erlang:garbage_collect(),
    After = erlang:memory(processes_used),
    lists:foreach(fun(Actor) -> unlink(Actor), exit(Actor, kill) end, Actors),
    {(After - Before) / ?ACTORS, [?ACTORS, Totals]}.

idle(Total) ->
    receive
        {add, Number} -> idle(Total + Number);
        {total, From} ->
            From ! {total, Total},
            idle(Total)
    end.

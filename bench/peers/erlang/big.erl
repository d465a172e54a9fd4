%% Savina 7: 120 processes, each pings a random one of them 20 000 times, one ping in flight each.
-module(big).
-export([run/0]).

-define(ACTORS, 120).
-define(PINGS, 20000).

run() ->
    Sink = self(),
    Actors = [spawn_link(fun() -> member_start(Id, Sink) end) || Id <- lists:seq(0, ?ACTORS - 1)],
    Neighbours = list_to_tuple(Actors),
    lists:foreach(fun(Actor) -> Actor ! {neighbours, Neighbours} end, Actors),
    lists:foreach(fun(Actor) -> Actor ! {pong, -1} end, Actors),
    Pongs = savina:collect(done, ?ACTORS),
    lists:foreach(fun(Actor) -> Actor ! exit end, Actors),
    [savina:collect(answered, ?ACTORS), Pongs].

member_start(Id, Sink) ->
    receive {neighbours, Neighbours} -> member(Id, Sink, Neighbours, Id, -1, 0, 0) end.

member(Id, Sink, Neighbours, Random, Expected, Sent, Answered) ->
    receive
        {ping, From} ->
            element(From + 1, Neighbours) ! {pong, Id},
            member(Id, Sink, Neighbours, Random, Expected, Sent, Answered + 1);
        {pong, Expected} when Sent =:= ?PINGS ->
            Sink ! {done, Sent},
            member(Id, Sink, Neighbours, Random, none, Sent, Answered);
        {pong, Expected} ->
            Next = savina:next(Random),
            Target = Next rem ?ACTORS,
            element(Target + 1, Neighbours) ! {ping, Id},
            member(Id, Sink, Neighbours, Next, Target, Sent + 1, Answered);
        exit ->
            Sink ! {answered, Answered}
    end.

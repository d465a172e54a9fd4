%% Savina 1: 40 000 pings between two processes, one in flight.
-module(ping_pong).
-export([run/0]).

-define(PINGS, 40000).

run() ->
    Main = self(),
    Pong = spawn_link(fun() -> pong(Main, 0) end),
    spawn_link(fun() -> ping(Main, Pong, ?PINGS) end),
    Pongs = receive {pongs, N} -> N end,
    Pings = receive {pings, M} -> M end,
    [Pings, Pongs].

ping(Main, Pong, Left) ->
    Pong ! {ping, self()},
    receive
        pong when Left > 1 ->
            ping(Main, Pong, Left - 1);
        pong ->
            Pong ! stop,
            Main ! {pongs, ?PINGS - Left + 1}
    end.

pong(Main, Count) ->
    receive
        {ping, From} ->
            From ! pong,
            pong(Main, Count + 1);
        stop ->
            Main ! {pings, Count}
    end.

%% Savina 11: 20 philosophers eat 10 000 times each; one arbitrator grants or denies both forks at
%% once.
-module(dining_philosophers).
-export([run/0]).

-define(PHILOSOPHERS, 20).
-define(ROUNDS, 10000).

run() ->
    Main = self(),
    Arbitrator = spawn_link(fun() -> arbitrator(Main, forks(), 0, 0) end),
    Philosophers = [
        spawn_link(fun() -> philosopher(Main, Arbitrator, Id, 0) end)
     || Id <- lists:seq(0, ?PHILOSOPHERS - 1)
    ],
    lists:foreach(fun(Philosopher) -> Philosopher ! start end, Philosophers),
    Eaten = savina:collect(eaten, ?PHILOSOPHERS),
    receive {granted, Granted} -> [Eaten, Granted] end.

forks() -> atomics:new(?PHILOSOPHERS, []).

philosopher(Main, Arbitrator, Id, Rounds) ->
    receive
        start ->
            Arbitrator ! {hungry, self(), Id},
            philosopher(Main, Arbitrator, Id, Rounds);
        denied ->
            Arbitrator ! {hungry, self(), Id},
            philosopher(Main, Arbitrator, Id, Rounds);
        eat when Rounds + 1 < ?ROUNDS ->
            Arbitrator ! {done, Id},
            self() ! start,
            philosopher(Main, Arbitrator, Id, Rounds + 1);
        eat ->
            Arbitrator ! {done, Id},
            Arbitrator ! exit,
            Main ! {eaten, Rounds + 1}
    end.

arbitrator(Main, _, ?PHILOSOPHERS, Granted) ->
    Main ! {granted, Granted};
arbitrator(Main, Forks, Exited, Granted) ->
    receive
        {hungry, Philosopher, Id} ->
            Left = Id + 1,
            Right = (Id + 1) rem ?PHILOSOPHERS + 1,
            case atomics:get(Forks, Left) + atomics:get(Forks, Right) of
                0 ->
                    atomics:put(Forks, Left, 1),
                    atomics:put(Forks, Right, 1),
                    Philosopher ! eat,
                    arbitrator(Main, Forks, Exited, Granted + 1);
                _ ->
                    Philosopher ! denied,
                    arbitrator(Main, Forks, Exited, Granted)
            end;
        {done, Id} ->
            atomics:put(Forks, Id + 1, 0),
            atomics:put(Forks, (Id + 1) rem ?PHILOSOPHERS + 1, 0),
            arbitrator(Main, Forks, Exited, Granted);
        exit ->
            arbitrator(Main, Forks, Exited + 1, Granted)
    end.

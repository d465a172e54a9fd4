%% Savina 13: an arbiter lets one random smoker of 200 begin, 1 000 times; smoking is a busy wait.
-module(cigarette_smokers).
-export([run/0]).

-define(ROUNDS, 1000).
-define(SMOKERS, 200).

run() ->
    Main = self(),
    Arbiter = spawn_link(fun() -> arbiter_start(Main) end),
    Arbiter ! start,
    receive {rounds, Rounds} -> ok end,
    {Smoked, Waits} = smoked(?SMOKERS, 0, 0),
    [Rounds, Smoked, Waits].

smoked(0, Smoked, Waits) -> {Smoked, Waits};
smoked(Left, Smoked, Waits) ->
    receive {smoked, S, W} -> smoked(Left - 1, Smoked + S, Waits + W) end.

arbiter_start(Main) ->
    Arbiter = self(),
    Smokers = [spawn_link(fun() -> smoker(Main, Arbiter, 0, 0) end) || _ <- lists:seq(1, ?SMOKERS)],
    receive start -> ok end,
    arbiter(Main, list_to_tuple(Smokers), ?ROUNDS * ?SMOKERS, 0).

arbiter(Main, Smokers, _, ?ROUNDS) ->
    lists:foreach(fun(Smoker) -> Smoker ! exit end, tuple_to_list(Smokers)),
    Main ! {rounds, ?ROUNDS};
arbiter(Main, Smokers, Random0, Rounds) ->
    Random1 = savina:next(Random0),
    Random2 = savina:next(Random1),
    element(Random1 rem ?SMOKERS + 1, Smokers) ! {smoke, Random2 rem 1000 + 10},
    receive started -> arbiter(Main, Smokers, Random2, Rounds + 1) end.

smoker(Main, Arbiter, Smoked, Waits) ->
    receive
        {smoke, Period} ->
            Arbiter ! started,
            smoker(Main, Arbiter, Smoked + 1, Waits + savina:busy_wait(Period));
        exit ->
            Main ! {smoked, Smoked, Waits}
    end.

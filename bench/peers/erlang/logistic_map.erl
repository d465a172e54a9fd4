%% Savina 14: 10 series of 25 000 terms; each worker asks its own computer for the next term and
%% waits for it while its other messages queue. The fresh reference lets the receive skip that
%% queue.
-module(logistic_map).
-export([run/0]).

-define(TERMS, 25000).
-define(SERIES, 10).
-define(START_RATE, 3.46).
-define(INCREMENT, 0.0025).

run() ->
    Main = self(),
    Workers = [series(Main, Index) || Index <- lists:seq(0, ?SERIES - 1)],
    request(Workers, ?TERMS),
    lists:foreach(fun(Worker) -> Worker ! get_term end, Workers),
    Terms = [receive {term, Index, Term} -> Term end || Index <- lists:seq(0, ?SERIES - 1)],
    lists:foreach(fun(Worker) -> Worker ! stop end, Workers),
    [lists:foldl(fun(Term, Sum) -> Sum + Term end, 0.0, Terms)].

series(Main, Index) ->
    Computer = spawn_link(fun() -> computer(?START_RATE + Index * ?INCREMENT) end),
    savina:spawn_long_queue(fun() -> worker(Main, Index, Computer, Index * ?INCREMENT) end).

request(_, 0) -> ok;
request(Workers, Left) ->
    lists:foreach(fun(Worker) -> Worker ! next_term end, Workers),
    request(Workers, Left - 1).

worker(Main, Index, Computer, Term) ->
    receive
        next_term -> worker(Main, Index, Computer, compute(Computer, Term));
        get_term ->
            Main ! {term, Index, Term},
            worker(Main, Index, Computer, Term);
        stop -> Computer ! stop
    end.

compute(Computer, Term) ->
    Reference = make_ref(),
    Computer ! {compute, self(), Reference, Term},
    receive {Reference, Next} -> Next end.

computer(Rate) ->
    receive
        {compute, From, Reference, Term} ->
            From ! {Reference, Rate * Term * (1 - Term)},
            computer(Rate);
        stop -> ok
    end.

%% gen_server:call, one after another, 100 000 times: what a local ask costs.
-module(ask_local).
-behaviour(gen_server).
-export([run/0, init/1, handle_call/3, handle_cast/2]).

-define(CALLS, 100000).

run() ->
    {ok, Server} = gen_server:start_link(?MODULE, [], []),
    Sum = calls(Server, ?CALLS, 0),
    gen_server:stop(Server),
    [?CALLS, Sum].

calls(_, 0, Sum) -> Sum;
calls(Server, Left, Sum) -> calls(Server, Left - 1, Sum + gen_server:call(Server, {add, Left, 1})).

init([]) -> {ok, 0}.
handle_call({add, A, B}, _, State) -> {reply, A + B, State}.
handle_cast(_, State) -> {noreply, State}.

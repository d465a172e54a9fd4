%% The Erlang side of the benchmark: one VM for the whole run, driven over its standard input and
%% output.
%%   in : "run NAME\n"     NAME is a benchmark in snake case, which is also the name of its module
%%   out: "ms FLOAT ANSWER\n"   time of one run and its answer, numbers joined by commas
%%        "bytes FLOAT ANSWER\n" for idle_actor, or "error TEXT\n"
%% Every run has a fresh process of its own, so that it begins with an empty heap and a crash is
%% reported.
-module(bench_port).
-export([start/0]).

start() ->
    io:setopts(standard_io, [{encoding, latin1}]),
    loop().

loop() ->
    case io:get_line(standard_io, "") of
        "run " ++ Rest ->
            reply(run(list_to_atom(string:trim(Rest)))),
            loop();
        _ ->
            halt(0)
    end.

run(Module) ->
    Self = self(),
    {Pid, Monitor} = spawn_monitor(fun() -> Self ! {self(), timed(Module)} end),
    receive
        {Pid, Result} ->
            erlang:demonitor(Monitor, [flush]),
            Result;
        {'DOWN', Monitor, process, Pid, Reason} ->
            {error, Reason}
    end.

timed(idle_actor) ->
    {Bytes, Answer} = idle_actor:run(),
    {bytes, Bytes, Answer};
timed(Module) ->
    {module, Module} = code:ensure_loaded(Module),
    Start = erlang:monotonic_time(nanosecond),
    Answer = Module:run(),
    Stop = erlang:monotonic_time(nanosecond),
    {ms, (Stop - Start) / 1.0e6, Answer}.

reply({error, Reason}) ->
    Text = lists:flatten(io_lib:format("~0p", [Reason])),
    io:put_chars(["error ", Text, "\n"]);
reply({Unit, Value, Answer}) ->
    Numbers = lists:join(",", [number(N) || N <- Answer]),
    io:put_chars([atom_to_list(Unit), " ", number(float(Value)), " ", Numbers, "\n"]).

%% Shortest text that reads back as the same number, so that answers can be compared bit by bit.
number(N) when is_integer(N) -> integer_to_list(N);
number(N) when is_float(N) -> float_to_list(N, [short]).

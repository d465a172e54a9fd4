%% What the Savina programs share in Erlang: the generator, the sine, the busy wait and the item
%% work. The same as bench/savina/work.ts, number for number.
-module(savina).
-export([next/1, sine/1, busy_wait/1, process_item/2, collect/2, collector/2, spawn_long_queue/1]).

%% Savina's generator: the value is the state.
next(Value) -> (Value * 1309 + 13849) band 65535.

%% One sine per message; the index keeps a compiler from computing it once.
sine(Index) ->
    Sine = math:sin(37.2 + (Index band 7)),
    Result = Sine * Sine,
    true = Result > 0,
    Result.

%% Steps the generator Limit times from its default seed; answers the last value.
busy_wait(Limit) -> busy_wait(Limit, 74755).

busy_wait(0, Value) -> Value;
busy_wait(Limit, Value) -> busy_wait(Limit - 1, next(Value)).

%% Cost * 100 logarithms added to Term; the generator is seeded with Cost.
process_item(Term, Cost) -> process_item(Cost * 100, Cost, Term).

process_item(0, _, Term) ->
    Term;
process_item(Left, Value, Term) ->
    Next = next(Value),
    process_item(Left - 1, Next, Term + math:log(abs(1.0 / (Next + 1)) + 0.01)).

%% A process whose queue grows long: kept off its heap, where a collection need not copy it. That is
%% Erlang's own advice for such processes, and several times faster here.
spawn_long_queue(Fun) -> spawn_opt(Fun, [link, {message_queue_data, off_heap}]).

%% A process that collects Count messages {Tag, Number} and tells its maker {Tag, Sum}. Who spawns
%% thousands should not collect too: its own queue would grow meanwhile.
collector(Tag, Count) ->
    Maker = self(),
    spawn_long_queue(fun() -> Maker ! {Tag, collect(Tag, Count)} end).

%% Waits for Count messages {Tag, Number}; answers their sum.
collect(Tag, Count) -> collect(Tag, Count, 0).

collect(_, 0, Sum) -> Sum;
collect(Tag, Count, Sum) ->
    receive
        {Tag, Number} -> collect(Tag, Count - 1, Sum + Number)
    end.

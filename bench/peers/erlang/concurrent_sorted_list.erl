%% Savina 9: 20 workers, 8 000 operations each on one sorted list process: 1 % size, 10 % add, 89 %
%% contains. The list is linear on purpose: what is measured is a server whose work grows with its
%% state.
-module(concurrent_sorted_list).
-export([run/0]).

-define(WORKERS, 20).
-define(OPERATIONS, 8000).
-define(WRITE_PERCENT, 10).
-define(SIZE_PERCENT, 1).

run() ->
    Main = self(),
    List = spawn_link(fun() -> list([]) end),
    lists:foreach(
        fun(Id) ->
            Seed = Id + ?OPERATIONS + ?WRITE_PERCENT + ?SIZE_PERCENT,
            spawn_link(fun() -> worker(Main, List, Seed, ?OPERATIONS) end)
        end,
        lists:seq(0, ?WORKERS - 1)
    ),
    Replies = savina:collect(replies, ?WORKERS),
    List ! {stop, Main},
    receive {list, Size, Sum} -> [Replies, Size, Sum] end.

worker(Main, _, _, 0) ->
    Main ! {replies, ?OPERATIONS};
worker(Main, List, Random0, Left) ->
    Random1 = savina:next(Random0),
    Random2 = savina:next(Random1),
    Choice = Random1 rem 100,
    if
        Choice < ?SIZE_PERCENT -> List ! {size, self()};
        Choice < ?SIZE_PERCENT + ?WRITE_PERCENT -> List ! {add, self(), Random2};
        true -> List ! {contains, self(), Random2}
    end,
    receive {result, _} -> ok end,
    worker(Main, List, Random2, Left - 1).

list(Items) ->
    receive
        {add, From, Value} ->
            From ! {result, Value},
            list(add(Value, Items));
        {contains, From, Value} ->
            From ! {result, contains(Value, Items)},
            list(Items);
        {size, From} ->
            From ! {result, length(Items)},
            list(Items);
        {stop, From} ->
            From ! {list, length(Items), lists:sum(Items)}
    end.

add(Value, [Head | Rest]) when Head =< Value -> [Head | add(Value, Rest)];
add(Value, Rest) -> [Value | Rest].

%% As Savina's: goes on to the end where the value is missing.
contains(Value, Items) ->
    case lists:member(Value, Items) of
        true -> 1;
        false -> 0
    end.

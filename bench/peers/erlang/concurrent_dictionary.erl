%% Savina 8: 20 workers, 10 000 operations each on one dictionary process, 10 % of them writes. A
%% key never written reads as itself; a written key reads as key + limit. Workers check what they
%% read.
-module(concurrent_dictionary).
-export([run/0]).

-define(WORKERS, 20).
-define(OPERATIONS, 10000).
-define(WRITE_PERCENT, 10).
-define(KEYS, 524287).

run() ->
    Main = self(),
    Dictionary = spawn_link(fun() -> dictionary(#{}, 0) end),
    lists:foreach(
        fun(Id) ->
            Seed = Id + ?OPERATIONS + ?WRITE_PERCENT,
            spawn_link(fun() -> worker(Main, Dictionary, Seed, ?OPERATIONS) end)
        end,
        lists:seq(0, ?WORKERS - 1)
    ),
    Replies = savina:collect(replies, ?WORKERS),
    Dictionary ! {stop, Main},
    receive {dictionary, Writes, Size} -> [Replies, Writes, Size] end.

worker(Main, _, _, 0) ->
    Main ! {replies, ?OPERATIONS};
worker(Main, Dictionary, Random0, Left) ->
    Random1 = savina:next(Random0),
    Random2 = savina:next(Random1),
    Random3 = savina:next(Random2),
    Key = (Random2 * 65536 + Random3) rem ?KEYS,
    case Random1 rem 100 < ?WRITE_PERCENT of
        true ->
            Dictionary ! {write, self(), Key, Key + ?KEYS},
            receive {result, Value} -> Value = Key + ?KEYS end;
        false ->
            Dictionary ! {read, self(), Key},
            receive {result, Value} when Value =:= Key; Value =:= Key + ?KEYS -> ok end
    end,
    worker(Main, Dictionary, Random3, Left - 1).

dictionary(Map, Writes) ->
    receive
        {read, From, Key} ->
            From ! {result, maps:get(Key, Map, Key)},
            dictionary(Map, Writes);
        {write, From, Key, Value} ->
            From ! {result, Value},
            dictionary(Map#{Key => Value}, Writes + 1);
        {stop, From} ->
            From ! {dictionary, Writes, maps:size(Map)}
    end.

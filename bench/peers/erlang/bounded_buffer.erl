%% Savina 10: 40 producers of 1 000 items, 40 consumers, one buffer of 50; cost 25 each side (2 500
%% logarithms).
-module(bounded_buffer).
-export([run/0]).

-define(BUFFER, 50).
-define(PRODUCERS, 40).
-define(CONSUMERS, 40).
-define(ITEMS, 1000).
-define(PRODUCE_COST, 25).
-define(CONSUME_COST, 25).

run() ->
    Main = self(),
    spawn_link(fun() -> buffer_start(Main) end),
    receive {items, Items} -> ok end,
    {Consumed, Total} = consumed(?CONSUMERS, 0, 0.0),
    [Items, Consumed, Total].

consumed(0, Count, Total) -> {Count, Total};
consumed(Left, Count, Total) ->
    receive {consumed, C, T} -> consumed(Left - 1, Count + C, Total + T) end.

buffer_start(Main) ->
    Buffer = self(),
    Consumers = [
        spawn_link(fun() -> consumer(Main, Buffer, 0, 0.0) end)
     || _ <- lists:seq(1, ?CONSUMERS)
    ],
    Producers = [
        spawn_link(fun() -> producer(Buffer, ?ITEMS, 0.0) end)
     || _ <- lists:seq(1, ?PRODUCERS)
    ],
    lists:foreach(fun(Producer) -> Producer ! produce end, Producers),
    Handled = buffer(queue:new(), queue:new(), 0, queue:from_list(Consumers), ?CONSUMERS, 0, 0),
    lists:foreach(fun(Consumer) -> Consumer ! exit end, Consumers),
    Main ! {items, Handled}.

%% Waiting producers, items (with their count), free consumers (with their count), ended producers,
%% items seen.
buffer(_, _, _, _, ?CONSUMERS, ?PRODUCERS, Seen) ->
    Seen;
buffer(Waiting, Items, Length, Free, FreeCount, Ended, Seen) ->
    receive
        {item, Data, Producer} when FreeCount > 0 ->
            {{value, Consumer}, Free1} = queue:out(Free),
            Consumer ! {item, Data},
            stored(Waiting, Items, Length, Free1, FreeCount - 1, Ended, Seen, Producer);
        {item, Data, Producer} ->
            Items1 = queue:in(Data, Items),
            stored(Waiting, Items1, Length + 1, Free, FreeCount, Ended, Seen, Producer);
        {available, Consumer} when Length > 0 ->
            {{value, Data}, Items1} = queue:out(Items),
            Consumer ! {item, Data},
            Waiting1 = wake(Waiting),
            buffer(Waiting1, Items1, Length - 1, Free, FreeCount, Ended, Seen);
        {available, Consumer} ->
            Free1 = queue:in(Consumer, Free),
            buffer(Waiting, Items, Length, Free1, FreeCount + 1, Ended, Seen);
        ended ->
            buffer(Waiting, Items, Length, Free, FreeCount, Ended + 1, Seen)
    end.

%% One item is always on its way from each producer, so room for those is kept free.
stored(Waiting, Items, Length, Free, FreeCount, Ended, Seen, Producer)
        when Length >= ?BUFFER - ?PRODUCERS ->
    buffer(queue:in(Producer, Waiting), Items, Length, Free, FreeCount, Ended, Seen + 1);
stored(Waiting, Items, Length, Free, FreeCount, Ended, Seen, Producer) ->
    Producer ! produce,
    buffer(Waiting, Items, Length, Free, FreeCount, Ended, Seen + 1).

wake(Waiting) ->
    case queue:out(Waiting) of
        {{value, Producer}, Rest} ->
            Producer ! produce,
            Rest;
        {empty, Rest} ->
            Rest
    end.

producer(Buffer, Left, Item) ->
    receive
        produce when Left > 0 ->
            Next = savina:process_item(Item, ?PRODUCE_COST),
            Buffer ! {item, Next, self()},
            producer(Buffer, Left - 1, Next);
        produce ->
            Buffer ! ended
    end.

consumer(Main, Buffer, Count, Item) ->
    receive
        {item, Data} ->
            Next = savina:process_item(Item + Data, ?CONSUME_COST),
            Buffer ! {available, self()},
            consumer(Main, Buffer, Count + 1, Next);
        exit ->
            Main ! {consumed, Count, Item}
    end.

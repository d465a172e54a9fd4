%% Savina 12: 5 000 haircuts, a waiting room of 1 000; a customer who finds it full goes back and
%% tries again.
-module(sleeping_barber).
-export([run/0]).

-define(HAIRCUTS, 5000).
-define(ROOM, 1000).
-define(PRODUCTION_RATE, 1000).
-define(HAIRCUT_RATE, 1000).
-define(SEED, 74755).

run() ->
    Main = self(),
    Barber = spawn_link(fun() -> barber(Main, ?SEED, 0, 0) end),
    Room = savina:spawn_long_queue(fun() -> room(Barber, queue:new(), 0, true) end),
    Factory = savina:spawn_long_queue(fun() -> factory_start(Main, Room) end),
    Factory ! start,
    receive {served, Served, FactoryWaits} -> ok end,
    receive {cut, Cut, BarberWaits} -> [Cut, Served, FactoryWaits + BarberWaits] end.

factory_start(Main, Room) ->
    receive start -> ok end,
    Waits = produce(Room, ?HAIRCUTS, ?SEED, 0),
    factory(Main, Room, Waits, 0).

produce(_, 0, _, Waits) -> Waits;
produce(Room, Left, Random, Waits) ->
    Factory = self(),
    Customer = spawn_link(fun() -> customer(Factory) end),
    Room ! {enter, Customer},
    Next = savina:next(Random),
    Wait = savina:busy_wait(Next rem ?PRODUCTION_RATE + 10),
    produce(Room, Left - 1, Next, Waits + Wait).

factory(Main, Room, Waits, ?HAIRCUTS) ->
    Room ! exit,
    Main ! {served, ?HAIRCUTS, Waits};
factory(Main, Room, Waits, Served) ->
    receive
        {returned, Customer} ->
            Room ! {enter, Customer},
            factory(Main, Room, Waits, Served);
        done ->
            factory(Main, Room, Waits, Served + 1)
    end.

customer(Factory) ->
    receive
        full ->
            Factory ! {returned, self()},
            customer(Factory);
        wait ->
            customer(Factory);
        start ->
            customer(Factory);
        done ->
            Factory ! done
    end.

room(Barber, Waiting, Length, Asleep) ->
    receive
        {enter, Customer} when Length =:= ?ROOM ->
            Customer ! full,
            room(Barber, Waiting, Length, Asleep);
        {enter, Customer} when Asleep ->
            self() ! next,
            room(Barber, queue:in(Customer, Waiting), Length + 1, false);
        {enter, Customer} ->
            Customer ! wait,
            room(Barber, queue:in(Customer, Waiting), Length + 1, false);
        next when Length > 0 ->
            {{value, Customer}, Rest} = queue:out(Waiting),
            Barber ! {enter, Customer, self()},
            room(Barber, Rest, Length - 1, false);
        next ->
            Barber ! wait,
            room(Barber, Waiting, Length, true);
        exit ->
            Barber ! exit
    end.

barber(Main, Random, Cut, Waits) ->
    receive
        {enter, Customer, Room} ->
            Customer ! start,
            Next = savina:next(Random),
            Wait = savina:busy_wait(Next rem ?HAIRCUT_RATE + 10),
            Customer ! done,
            Room ! next,
            barber(Main, Next, Cut + 1, Waits + Wait);
        wait ->
            barber(Main, Random, Cut, Waits);
        exit ->
            Main ! {cut, Cut, Waits}
    end.

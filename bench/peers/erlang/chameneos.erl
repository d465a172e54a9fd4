%% Savina 6: 100 chameneos meet 200 000 times in pairs at one mall; a meeting changes both colours.
-module(chameneos).
-export([run/0]).

-define(CHAMENEOS, 100).
-define(MEETINGS, 200000).

run() ->
    Main = self(),
    spawn_link(fun() -> mall_start(Main) end),
    receive {meetings, Sum} -> [Sum] end.

mall_start(Main) ->
    Mall = self(),
    Colors = {red, yellow, blue},
    lists:foreach(
        fun(Index) ->
            Color = element(Index rem 3 + 1, Colors),
            spawn_link(fun() -> Mall ! {meet, Color, self()}, chameneo(Mall, Color, 0) end)
        end,
        lists:seq(0, ?CHAMENEOS - 1)
    ),
    mall(Main, ?MEETINGS, none, 0, 0).

mall(Main, _, _, ?CHAMENEOS, Sum) ->
    Main ! {meetings, Sum};
mall(Main, Left, Waiting, Faded, Sum) ->
    receive
        {count, Count} ->
            mall(Main, Left, Waiting, Faded + 1, Sum + Count);
        {meet, _, From} when Left =:= 0 ->
            From ! exit,
            mall(Main, Left, Waiting, Faded, Sum);
        {meet, _, From} when Waiting =:= none ->
            mall(Main, Left, From, Faded, Sum);
        {meet, _, _} = Meet ->
            Waiting ! Meet,
            mall(Main, Left - 1, none, Faded, Sum)
    end.

chameneo(Mall, Color, Meetings) ->
    receive
        {meet, Other, From} ->
            New = complement(Color, Other),
            From ! {change, New},
            Mall ! {meet, New, self()},
            chameneo(Mall, New, Meetings + 1);
        {change, New} ->
            Mall ! {meet, New, self()},
            chameneo(Mall, New, Meetings + 1);
        exit ->
            Mall ! {count, Meetings}
    end.

complement(Same, Same) -> Same;
complement(red, yellow) -> blue;
complement(red, blue) -> yellow;
complement(yellow, red) -> blue;
complement(yellow, blue) -> red;
complement(blue, red) -> yellow;
complement(blue, yellow) -> red.

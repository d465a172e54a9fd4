%% Savina 15: 50 000 transfers over 1 000 accounts; a paying account waits for the paid one before
%% it goes on. The paying account has the lower number, so nobody waits in a circle.
-module(bank_transaction).
-export([run/0]).

-define(ACCOUNTS, 1000).
-define(TRANSACTIONS, 50000).
-define(BALANCE, 1000000).
-define(SEED, 123456).

run() ->
    Teller = self(),
    Accounts = list_to_tuple([
        savina:spawn_long_queue(fun() -> account(Teller, Index, ?BALANCE) end)
     || Index <- lists:seq(0, ?ACCOUNTS - 1)
    ]),
    generate(Accounts, ?SEED, ?TRANSACTIONS),
    Completed = completed(?TRANSACTIONS, 0),
    lists:foreach(fun(Account) -> Account ! stop end, tuple_to_list(Accounts)),
    {Sum, Weighted} = balances(?ACCOUNTS, 0, 0),
    [Completed, Sum, Weighted].

generate(_, _, 0) -> ok;
generate(Accounts, Random0, Left) ->
    Random1 = savina:next(Random0),
    Random2 = savina:next(Random1),
    Random3 = savina:next(Random2),
    Source = Random1 rem (?ACCOUNTS div 10 * 8),
    Target = Source + max(1, Random2 rem (?ACCOUNTS - Source)),
    Payee = element(Target + 1, Accounts),
    element(Source + 1, Accounts) ! {credit, self(), Random3 rem 1000, Payee},
    generate(Accounts, Random3, Left - 1).

completed(0, Count) -> Count;
completed(Left, Count) -> receive reply -> completed(Left - 1, Count + 1) end.

balances(0, Sum, Weighted) -> {Sum, Weighted};
balances(Left, Sum, Weighted) ->
    receive
        {balance, Index, Balance} -> balances(Left - 1, Sum + Balance, Weighted + Index * Balance)
    end.

account(Teller, Index, Balance) ->
    receive
        {debit, From, Reference, Amount} ->
            From ! Reference,
            account(Teller, Index, Balance + Amount);
        {credit, From, Amount, Target} ->
            Reference = make_ref(),
            Target ! {debit, self(), Reference, Amount},
            receive Reference -> ok end,
            From ! reply,
            account(Teller, Index, Balance - Amount);
        stop ->
            Teller ! {balance, Index, Balance}
    end.

//! Commands of any kind and content.

use super::order::{change, terms};
use super::setting::{
    account_terms, auction, breaker_level, breaker_rules, fees, halt, instruments, limit, listed,
    rules, scope, self_trade, trade_change,
};
use super::value::{
    account, asset, instrument, name, participant, raw, side, text, time, wide_raw,
};
use market::command::{Amendment, Command};
use market::id::{HaltId, OrderId, TradeId};
use market::money::Money;
use market::price::Price;
use market::qty::Qty;
use market::seed::Seed;
use market::trades::Operator;
use proptest::prelude::*;

pub(crate) fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        45 => of_participants(),
        14 => of_reference_data(),
        14 => of_trading(),
        16 => of_limits(),
        5 => of_trades(),
    ]
}

fn of_participants() -> BoxedStrategy<Command> {
    prop_oneof![
        20 => (participant(), name(), terms())
            .prop_map(|(participant, cl_ord_id, terms)| Command::Enter { participant, cl_ord_id, terms }),
        4 => (participant(), name(), terms())
            .prop_map(|(participant, cl_ord_id, terms)| Command::PossResend { participant, cl_ord_id, terms }),
        2 => (participant(), name(), name())
            .prop_map(|(participant, cl_ord_id, orig_cl_ord_id)| Command::Cancel {
                participant, cl_ord_id, orig_cl_ord_id,
            }),
        6 => (participant(), name(), name(), terms())
            .prop_map(|(participant, cl_ord_id, orig_cl_ord_id, terms)| Command::Replace {
                participant, cl_ord_id, orig_cl_ord_id, terms,
            }),
        7 => (participant(), name(), name(), prop::option::of(0..4u64), change())
            .prop_map(|(participant, cl_ord_id, orig_cl_ord_id, order_id, change)| {
                Command::Amend(Amendment {
                    participant, cl_ord_id, orig_cl_ord_id, order_id: order_id.map(OrderId), change,
                })
            }),
        2 => (participant(), prop::option::of(name()), prop::option::of(name()), prop::option::of(instrument()))
            .prop_map(|(participant, request_id, cl_ord_id, instrument)| Command::Status {
                participant, request_id, cl_ord_id, instrument,
            }),
        1 => (participant(), name(), prop::option::of(instrument()), prop::option::of(side()))
            .prop_map(|(participant, cl_ord_id, instrument, side)| Command::MassCancel {
                participant, cl_ord_id, instrument, side,
            }),
    ]
    .boxed()
}

fn of_reference_data() -> BoxedStrategy<Command> {
    prop_oneof![
        1 => name().prop_map(|code| Command::ListAsset { code }),
        1 => listed().prop_map(Command::ListInstrument),
        1 => name().prop_map(|comp_id| Command::AdmitParticipant { comp_id }),
        2 => (name(), account_terms()).prop_map(|(name, terms)| Command::OpenAccount { name, terms }),
        1 => (participant(), account())
            .prop_map(|(participant, account)| Command::GrantAccount { participant, account }),
        1 => (participant(), account())
            .prop_map(|(participant, account)| Command::RevokeAccount { participant, account }),
        2 => (name(), account(), asset(), wide_raw())
            .prop_map(|(transfer_id, account, asset, amount)| Command::TransferFunds {
                transfer_id, account, asset, amount: Money::from_raw(amount),
            }),
        2 => (name(), account(), instrument(), raw(), raw())
            .prop_map(|(transfer_id, account, instrument, qty, cost)| Command::TransferSecurities {
                transfer_id, account, instrument, qty: Qty::from_raw(qty), cost_px: Price::from_raw(cost),
            }),
        1 => (instrument(), prop::option::of(name()))
            .prop_map(|(instrument, group)| Command::SetGroup { instrument, group }),
        2 => any::<[u8; 16]>().prop_map(|seed| Command::Seed { seed: Seed::new(seed) }),
    ]
    .boxed()
}

fn of_trading() -> BoxedStrategy<Command> {
    prop_oneof![
        3 => instrument().prop_map(|instrument| Command::Open { instrument }),
        1 => instrument().prop_map(|instrument| Command::Close { instrument }),
        1 => instrument().prop_map(|instrument| Command::PreOpen { instrument }),
        1 => instrument().prop_map(|instrument| Command::PostTrade { instrument }),
        2 => (instrument(), auction(), time())
            .prop_map(|(instrument, auction, until)| Command::Call { instrument, auction, until }),
        2 => halt().prop_map(Command::Halt),
        3 => (instruments(), prop::option::of(time()), any::<bool>())
            .prop_map(|(instruments, at, at_once)| Command::Resume { instruments, at, at_once }),
        1 => (0..3u32).prop_map(|id| Command::WithdrawHalt { id: HaltId(id) }),
        1 => Just(Command::EndOfDay),
        3 => Just(Command::Tick),
        1 => (instrument(), prop::option::of(time()))
            .prop_map(|(instrument, at)| Command::SetClose { instrument, at }),
        1 => participant().prop_map(|participant| Command::CancelAll { participant }),
        1 => (scope(), prop::bool::weighted(0.3), prop::bool::weighted(0.3), name()).prop_map(
            |(scope, suspend, dry_run, reason)| Command::Kill { scope, suspend, dry_run, reason }
        ),
        2 => scope().prop_map(|scope| Command::Reinstate { scope }),
    ]
    .boxed()
}

fn of_limits() -> BoxedStrategy<Command> {
    prop_oneof![
        3 => (instrument(), rules())
            .prop_map(|(instrument, rules)| Command::SetRules { instrument, rules }),
        1 => account().prop_map(|account| Command::SetFeeAccount { account }),
        1 => (instrument(), prop::sample::select(vec![0, 1, 2, 16]), fees())
            .prop_map(|(instrument, tier, fees)| Command::SetFees { instrument, tier, fees }),
        1 => (participant(), prop::sample::select(vec![0, 1, 2, 16]))
            .prop_map(|(participant, tier)| Command::SetTier { participant, tier }),
        4 => limit().prop_map(Command::SetRiskLimit),
        1 => (participant(), prop::option::of(0..2u32), prop::option::of(self_trade()))
            .prop_map(|(participant, group, mode)| Command::SetSelfTrade { participant, group, mode }),
        1 => (instrument(), prop::sample::select(vec![0, 1, 7, u32::MAX]))
            .prop_map(|(instrument, weight)| Command::SetIndexWeight { instrument, weight }),
        2 => prop::option::of(wide_raw())
            .prop_map(|close| Command::SetIndexClose { close: close.map(Money::from_raw) }),
        1 => breaker_rules().prop_map(Command::SetBreaker),
        1 => (breaker_level(), any::<bool>(), name())
            .prop_map(|(level, drill, reason)| Command::TripBreaker { level, drill, reason }),
    ]
    .boxed()
}

fn of_trades() -> BoxedStrategy<Command> {
    let trade = || (0..4u64).prop_map(TradeId);
    prop_oneof![
        3 => (trade(), trade_change(), operator())
            .prop_map(|(trade, change, by)| Command::ProposeTradeChange { trade, change, by }),
        3 => (trade(), operator())
            .prop_map(|(trade, by)| Command::ApproveTradeChange { trade, by }),
        1 => trade().prop_map(|trade| Command::WithdrawTradeChange { trade }),
    ]
    .boxed()
}

fn operator() -> impl Strategy<Value = Operator> {
    prop::sample::select(vec![text("ann"), text("bob")])
}

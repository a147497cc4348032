//! [`Act`]: what is done at random: mostly orders that meet, some that are refused, now and then everything else.

use super::cast::{
    ACCOUNTS, CASH, INSTRUMENTS, LOT, ON_MARGIN, PARTICIPANTS, STEP, TICK, UNCHECKED, text,
};
use market::breaker::{BreakerLevel, BreakerRules};
use market::command::Command;
use market::fees::Fees;
use market::halt::{Halt, HaltOrders};
use market::id::{AccountId, GroupName, HaltId, InstrumentId, ParticipantId, TradeId};
use market::instrument::Auction;
use market::limits::SelfTrade;
use market::money::Money;
use market::order::{OrdType, OrderTerms, Peg, Side, TimeInForce};
use market::price::Price;
use market::qty::Qty;
use market::risk::limits::{
    ExposureLimits, OrderRate, ParticipantLimits, PositionLimits, RiskLimit, Subject,
};
use market::rules::{Rules, StopTrigger, Tier};
use market::scope::{Instruments, Scope};
use market::seed::Seed;
use market::time::Timestamp;
use market::trades::{Operator, TradeChange};
use proptest::prelude::*;

/// Something to do; which order it is done to is found when it is done.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Enter(u32, u16, OrderTerms),
    /// An order that may have come before.
    PossResend(Target, OrderTerms),
    Cancel(Target, How),
    Replace(Target, u16, OrderTerms, Keep, How),
    Status(Target),
    /// A live order, by its place in the list, gets so many lots more, or fewer; nothing else changes.
    Resize(usize, u16, i64),
    /// A call that ends after so many commands.
    Call(InstrumentId, Auction, i64),
    /// A halt that begins and ends after so many commands.
    Halt(Halt, Option<i64>, Option<i64>),
    /// The index was so many percent of what it is now.
    IndexClose(i128),
    /// Continuous trading ends after so many commands.
    Close(InstrumentId, Option<i64>),
    /// A resume after so many commands.
    Resume(Instruments, Option<i64>, bool),
    /// Nothing happens for so many seconds, but what is due.
    Wait(i64),
    /// Continuous trading ends so many seconds after 25 minutes from now.
    Late(InstrumentId, i64),
    Other(Command),
}

/// Which order is meant.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    /// A live one, by its place in the model's list.
    Live(usize),
    /// Anybody's ClOrdID.
    Named(u32, u16),
}

/// How a request is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    pub(super) names: Names,
    /// Whether its ClOrdID is one that was used.
    pub(super) is_id_used: bool,
    /// Whether a cancel says the other side.
    pub(super) is_side_wrong: bool,
}

/// What a request says about its order.
#[derive(Clone, Copy, Debug)]
pub(super) enum Names {
    /// Its ClOrdID, and nothing else at all.
    Ids,
    NoOrderId,
    OrderId,
    /// An OrderID that is so much higher.
    OtherOrderId(u64),
    /// It asks for nothing that can be done.
    Nothing,
}

/// Which terms of the order a replace keeps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keep {
    pub(super) time: bool,
    pub(super) price: bool,
    pub(super) floor: bool,
    pub(super) side: bool,
}

pub(super) fn mode() -> impl Strategy<Value = SelfTrade> {
    prop::sample::select(vec![
        SelfTrade::Allow,
        SelfTrade::CancelNewest,
        SelfTrade::CancelOldest,
        SelfTrade::CancelBoth,
        SelfTrade::DecrementAndCancel,
    ])
}

pub(super) fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => (0..PARTICIPANTS, any::<u16>(), terms())
            .prop_map(|(participant, id, terms)| Act::Enter(participant, id, own(participant, terms))),
        1 => (0..=PARTICIPANTS, 0..30u16, wild_terms()).prop_map(|(p, id, t)| Act::Enter(p, id, t)),
        3 => (target(), how()).prop_map(|(target, how)| Act::Cancel(target, how)),
        5 => (target(), any::<u16>(), terms(), keep(), how())
            .prop_map(|(target, new, t, keep, how)| Act::Replace(target, new, t, keep, how)),
        1 => target().prop_map(Act::Status),
        2 => other().prop_map(Act::Other),
        1 => mending().prop_map(Act::Other),
        1 => ((0..=INSTRUMENTS).prop_map(InstrumentId), rules())
            .prop_map(|(instrument, rules)| Act::Other(Command::SetRules { instrument, rules })),
        1 => (prop::option::of(any::<usize>()), 0..=PARTICIPANTS, 0..40u16, terms()).prop_map(|(at, p, id, t)| {
            Act::PossResend(at.map_or(Target::Named(p, id), Target::Live), t)
        }),
        2 => (any::<usize>(), any::<u16>(), prop_oneof![3 => -12..=0i64, 1 => 1..=4i64])
            .prop_map(|(at, new, lots)| Act::Resize(at, new, lots)),
        1 => ((0..=INSTRUMENTS).prop_map(InstrumentId), auction(), -2..20i64)
            .prop_map(|(instrument, auction, nanos)| Act::Call(instrument, auction, nanos)),
        1 => (halt(), prop::option::weighted(0.3, -2..12i64), prop::option::weighted(0.6, -1..24i64))
            .prop_map(|(halt, from, until)| Act::Halt(halt, from, until)),
        1 => (instruments(), prop::option::weighted(0.2, -2..12i64), any::<bool>())
            .prop_map(|(instruments, at, at_once)| Act::Resume(instruments, at, at_once)),
        1 => Just(Act::Other(Command::Resume { instruments: Instruments::All, at: None, at_once: true })),
        2 => (99..=103i128).prop_map(Act::IndexClose),
        1 => ((0..=INSTRUMENTS).prop_map(InstrumentId), prop::option::weighted(0.8, -2..40i64))
            .prop_map(|(instrument, at)| Act::Close(instrument, at)),
        1 => prop::sample::select(vec![1, 3, 9, 15, 16, 100, 300]).prop_map(Act::Wait),
        1 => ((0..INSTRUMENTS).prop_map(InstrumentId), -1..20i64)
            .prop_map(|(instrument, seconds)| Act::Late(instrument, seconds)),
        1 => ((0..=PARTICIPANTS).prop_map(ParticipantId), prop::option::of(0..2u32), prop::option::of(mode()))
            .prop_map(|(participant, group, mode)| Act::Other(Command::SetSelfTrade { participant, group, mode })),
    ]
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        9 => any::<usize>().prop_map(Target::Live),
        1 => (0..=PARTICIPANTS, 0..30u16).prop_map(|(participant, id)| Target::Named(participant, id)),
    ]
}

fn how() -> impl Strategy<Value = How> {
    let names = prop_oneof![
        2 => Just(Names::Ids),
        5 => Just(Names::NoOrderId),
        5 => Just(Names::OrderId),
        1 => prop::sample::select(vec![1, u64::MAX, 7]).prop_map(Names::OtherOrderId),
        1 => Just(Names::Nothing),
    ];
    (names, prop::bool::weighted(0.1), prop::bool::weighted(0.1)).prop_map(
        |(names, is_id_used, is_side_wrong)| How {
            names,
            is_id_used,
            is_side_wrong,
        },
    )
}

fn group() -> impl Strategy<Value = GroupName> {
    prop::sample::select(vec![text("G0"), text("G1")])
}

fn instruments() -> impl Strategy<Value = Instruments> {
    prop_oneof![
        1 => Just(Instruments::All),
        2 => group().prop_map(Instruments::Group),
        4 => (0..=INSTRUMENTS).prop_map(|id| Instruments::One(InstrumentId(id))),
    ]
}

/// Figures of the breaker, times in commands.
pub(super) fn figures(falls_bps: [u32; 3], halt: u64, quiet: u64) -> BreakerRules {
    BreakerRules {
        falls_bps,
        halt_nanos: halt * STEP.unsigned_abs(),
        quiet_nanos: quiet * STEP.unsigned_abs(),
    }
}

/// The breaker: an index of one or both, and figures that a few ticks reach.
fn breaker() -> impl Strategy<Value = Command> {
    let levels = vec![
        BreakerLevel::One,
        BreakerLevel::One,
        BreakerLevel::Two,
        BreakerLevel::Three,
    ];
    let price = i128::from(TICK) * 200;
    prop_oneof![
        3 => ((0..=INSTRUMENTS).prop_map(InstrumentId), 0..3u32)
            .prop_map(|(instrument, weight)| Command::SetIndexWeight { instrument, weight }),
        1 => prop::option::weighted(0.5, 0..5i128).prop_map(move |close| {
            let close = close.map(|weights| Money::from_raw(price * weights));
            Command::SetIndexClose { close }
        }),
        2 => (prop::sample::select(vec![[50u32, 100, 5_000], [100, 120, 300], [100, 9_999, 10_000], [100, 100, 300]]), 0..10u64, 0..20u64)
            .prop_map(|(falls, halt, quiet)| Command::SetBreaker(figures(falls, halt, quiet))),
        3 => (prop::sample::select(levels), prop::bool::weighted(0.8))
            .prop_map(|(level, drill)| Command::TripBreaker { level, drill, reason: text("why") }),
    ]
}

/// One halt; its times are said when it is done.
fn halt() -> impl Strategy<Value = Halt> {
    let orders = vec![
        HaltOrders::CancelOnly,
        HaltOrders::Stay,
        HaltOrders::Stay,
        HaltOrders::Cancel,
    ];
    (instruments(), prop::sample::select(orders), any::<bool>()).prop_map(
        |(instruments, orders, at_once)| Halt {
            orders,
            at_once,
            ..Halt::new(instruments, text("why"))
        },
    )
}

fn auction() -> impl Strategy<Value = Auction> {
    prop::sample::select(vec![
        Auction::Opening,
        Auction::Intraday,
        Auction::Volatility,
        Auction::Closing,
    ])
}

/// One instrument with a static band, one without; a call ends when it says, or somewhat later.
pub(super) fn first_rules(instrument: InstrumentId) -> Rules {
    Rules {
        static_band_bps: (instrument.0 == 0).then_some(300),
        limit_up_limit_down: (instrument.0 == 1).then_some(Tier::One),
        volatility_nanos: 8 * STEP.unsigned_abs(),
        random_end_nanos: u64::from(instrument.0) * 3 * STEP.unsigned_abs(),
        ..Rules::default()
    }
}

fn keep() -> impl Strategy<Value = Keep> {
    (
        any::<bool>(),
        any::<bool>(),
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.97),
    )
        .prop_map(|(time, price, floor, side)| Keep {
            time,
            price,
            floor,
            side,
        })
}

fn terms() -> impl Strategy<Value = OrderTerms> {
    (
        0..2u32,
        prop::sample::select(vec![Side::Buy, Side::Sell]),
        ord_type(),
        time_in_force(),
        1..=40i64,
        prop::bool::weighted(0.1),
        prop::option::weighted(0.25, 1..=12i64),
        (0..INSTRUMENTS).prop_map(InstrumentId),
        (
            prop::bool::weighted(0.15),
            prop::option::weighted(0.5, 1..=12i64),
        ),
    )
        .prop_map(
            |(
                account,
                side,
                ord_type,
                time_in_force,
                lots,
                post_only,
                floor,
                instrument,
                (whole, min),
            )| {
                let is_for_long = matches!(time_in_force, TimeInForce::Gtc | TimeInForce::Gtd(_));
                let rests = is_for_long || time_in_force == TimeInForce::Day;
                OrderTerms {
                    account: AccountId(account),
                    instrument,
                    side,
                    ord_type,
                    time_in_force: match ord_type {
                        OrdType::Market if is_for_long => TimeInForce::Ioc,
                        OrdType::Market | OrdType::Limit(_) => time_in_force,
                        _ if rests => time_in_force,
                        _ => TimeInForce::Day,
                    },
                    order_qty: Qty::from_raw(lots * LOT),
                    post_only: post_only
                        && !whole
                        && rests
                        && matches!(ord_type, OrdType::Limit(_)),
                    max_floor: floor
                        .filter(|_| !whole)
                        .map(|floor| Qty::from_raw(floor * LOT)),
                    all_or_none: whole,
                    min_qty: min
                        .filter(|_| !whole && time_in_force == TimeInForce::Ioc)
                        .map(|min| Qty::from_raw(min.min(lots) * LOT)),
                    short_sale: side == Side::Sell && lots % 4 == 0,
                    reprice_to_band: (side == Side::Buy) == (lots % 3 == 0)
                        && matches!(ord_type, OrdType::Limit(_) | OrdType::StopLimit { .. }),
                }
            },
        )
}

/// Of a GTD order, how long it is good for.
fn time_in_force() -> impl Strategy<Value = TimeInForce> {
    let one = |time_in_force| Just(time_in_force).boxed();
    prop_oneof![
        6 => one(TimeInForce::Day),
        2 => one(TimeInForce::Gtc),
        3 => (0..40i64).prop_map(|steps| TimeInForce::Gtd(Timestamp::from_nanos(steps * STEP / 2))),
        2 => one(TimeInForce::Ioc),
        2 => one(TimeInForce::Fok),
        2 => one(TimeInForce::AtOpen),
        2 => one(TimeInForce::AtClose),
    ]
}

fn ord_type() -> impl Strategy<Value = OrdType> {
    let ticks = || prop_oneof![4 => 192..=208i64, 1 => 184..=216i64];
    let price = || ticks().prop_map(|ticks| Price::from_raw(ticks * TICK));
    prop_oneof![
        20 => price().prop_map(OrdType::Limit),
        2 => Just(OrdType::Market),
        2 => price().prop_map(|stop_px| OrdType::Stop { stop_px }),
        2 => (price(), price()).prop_map(|(stop_px, price)| OrdType::StopLimit { stop_px, price }),
        1 => Just(OrdType::MarketToLimit),
        3 => (peg(), -3..=3i64, prop::option::of(price())).prop_map(|(peg, ticks, limit)| {
            let offset = Price::from_raw(ticks * TICK);
            OrdType::Pegged { peg, offset, limit }
        }),
        2 => (1..=6i64).prop_map(|ticks| OrdType::TrailingStop {
            offset: Price::from_raw(ticks * TICK),
        }),
    ]
}

fn peg() -> impl Strategy<Value = Peg> {
    prop::sample::select(vec![Peg::Primary, Peg::Market, Peg::Mid])
}

fn rules() -> impl Strategy<Value = Rules> {
    let triggers = vec![StopTrigger::LastTrade, StopTrigger::BestOpposite];
    (
        prop::option::of(prop::sample::select(vec![50u32, 120, 500])),
        prop::sample::select(triggers),
        any::<bool>(),
        (
            prop::option::weighted(0.3, 100..400i64),
            prop::option::weighted(0.3, 200..500u32),
            prop::option::weighted(0.3, (1..6u64).prop_map(|steps| steps * 100_000_000)),
        ),
        (
            prop::option::weighted(0.4, prop::sample::select(vec![150u32, 300])),
            prop::option::weighted(0.4, prop::sample::select(vec![100u32, 200, 300])),
            prop::option::weighted(0.4, prop::sample::select(vec![Tier::One, Tier::Two])),
        ),
        (
            0..12u64,
            prop_oneof![2 => Just(0), 1 => 1..6u64],
            prop::option::weighted(0.1, 0..6u8),
        ),
    )
        .prop_map(
            |(
                collar_bps,
                stop_trigger,
                market_needs_opposite,
                (max, fat_finger_bps, near),
                (static_band_bps, dynamic_band_bps, limit_up_limit_down),
                (volatility, window, wrong),
            )| {
                let rules = Rules {
                    max_notional: max.map(|max| Money::from_raw(i128::from(max * LOT))),
                    fat_finger_bps,
                    duplicate_nanos: near,
                    collar_bps,
                    stop_trigger,
                    market_needs_opposite,
                    static_band_bps,
                    dynamic_band_bps,
                    limit_up_limit_down,
                    volatility_nanos: volatility * STEP.unsigned_abs(),
                    random_end_nanos: window * STEP.unsigned_abs(),
                };
                wrong.map_or(rules, |wrong| out_of_range(rules, wrong))
            },
        )
}

/// Rules with one figure that is out of its range.
fn out_of_range(rules: Rules, figure: u8) -> Rules {
    const DAY: u64 = 86_400_000_000_000;
    match figure {
        0 => Rules {
            collar_bps: Some(0),
            ..rules
        },
        1 => Rules {
            static_band_bps: Some(10_001),
            ..rules
        },
        2 => Rules {
            dynamic_band_bps: Some(0),
            ..rules
        },
        3 => Rules {
            max_notional: Some(Money::ZERO),
            ..rules
        },
        4 => Rules {
            duplicate_nanos: Some(DAY + 1),
            ..rules
        },
        _ => Rules {
            random_end_nanos: DAY + 1,
            ..rules
        },
    }
}

/// Terms as a participant may send them: 0 its own account, 1 the unchecked one.
fn own(participant: u32, terms: OrderTerms) -> OrderTerms {
    let is_large = terms.order_qty.raw() > 15 * LOT;
    let account = match terms.account.0 {
        0 => participant,
        _ if participant > 0 && is_large => ON_MARGIN,
        _ => UNCHECKED,
    };
    let shared = participant == 1 && terms.order_qty.raw() % (2 * LOT) == 0;
    OrderTerms {
        account: AccountId(if shared { 0 } else { account }),
        ..terms
    }
}

/// Terms that are mostly refused.
fn wild_terms() -> impl Strategy<Value = OrderTerms> {
    (
        terms(),
        0..=ACCOUNTS,
        0..=INSTRUMENTS,
        prop::sample::select(vec![-TICK, 0, 1, TICK, 201 * TICK]),
        prop::sample::select(vec![-LOT, 0, 1, LOT, 51 * LOT]),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(
            |(terms, account, instrument, price, qty, post_only, floor)| OrderTerms {
                account: AccountId(account),
                instrument: InstrumentId(instrument),
                ord_type: match terms.ord_type {
                    OrdType::Market => OrdType::Market,
                    OrdType::TrailingStop { .. } => OrdType::TrailingStop {
                        offset: Price::from_raw(price),
                    },
                    OrdType::Stop { .. } => OrdType::Stop {
                        stop_px: Price::from_raw(price),
                    },
                    _ => OrdType::Limit(Price::from_raw(price)),
                },
                order_qty: Qty::from_raw(qty),
                post_only,
                short_sale: floor,
                min_qty: (!post_only && floor).then_some(Qty::from_raw(qty)),
                max_floor: floor.then_some(Qty::from_raw(qty / 2)),
                ..terms
            },
        )
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        Just(Scope::All),
        (0..=PARTICIPANTS).prop_map(|id| Scope::Participant(ParticipantId(id))),
        (0..=ACCOUNTS).prop_map(|id| Scope::Account(AccountId(id))),
        (0..=INSTRUMENTS).prop_map(|id| Scope::Instrument(InstrumentId(id))),
    ]
}

fn other() -> impl Strategy<Value = Command> {
    let instrument = || (0..=INSTRUMENTS).prop_map(InstrumentId);
    let participant = || (0..=PARTICIPANTS).prop_map(ParticipantId);
    let account = || (0..=ACCOUNTS).prop_map(AccountId);
    prop_oneof![
        4 => instrument().prop_map(|instrument| Command::Open { instrument }),
        3 => instrument().prop_map(|instrument| Command::PreOpen { instrument }),
        1 => instrument().prop_map(|instrument| Command::Close { instrument }),
        1 => instrument().prop_map(|instrument| Command::PostTrade { instrument }),
        6 => breaker(),
        1 => (0..4u32).prop_map(|id| Command::WithdrawHalt { id: HaltId(id) }),
        2 => (instrument(), prop::option::weighted(0.8, group()))
            .prop_map(|(instrument, group)| Command::SetGroup { instrument, group }),
        1 => Just(Command::EndOfDay),
        1 => any::<[u8; 16]>().prop_map(|seed| Command::Seed { seed: Seed::new(seed) }),
        1 => participant().prop_map(|participant| Command::CancelAll { participant }),
        6 => (participant(), account())
            .prop_map(|(participant, account)| Command::RevokeAccount { participant, account }),
        10 => (participant(), account())
            .prop_map(|(participant, account)| Command::GrantAccount { participant, account }),
        2 => (participant(), prop::option::of(instrument())).prop_map(|(participant, instrument)| {
            Command::Status { participant, request_id: Some(text("status")), cl_ord_id: None, instrument }
        }),
        1 => (scope(), prop::bool::weighted(0.3), prop::bool::weighted(0.3)).prop_map(
            |(scope, suspend, dry_run)| Command::Kill {
                scope,
                suspend,
                dry_run,
                reason: text("why"),
            }
        ),
        4 => scope().prop_map(|scope| Command::Reinstate { scope }),
        2 => (
            participant(),
            prop::option::of(instrument()),
            prop::option::of(prop::sample::select(vec![Side::Buy, Side::Sell])),
        )
            .prop_map(|(participant, instrument, side)| Command::MassCancel {
                participant,
                cl_ord_id: text("mass"),
                instrument,
                side,
            }),
        1 => (0..=ACCOUNTS).prop_map(|account| Command::SetFeeAccount { account: AccountId(account) }),
        2 => (instrument(), prop::sample::select(vec![0, 0, 1, 2, 16]), fees())
            .prop_map(|(instrument, tier, fees)| Command::SetFees { instrument, tier, fees }),
        1 => (0..=PARTICIPANTS, prop::sample::select(vec![0, 1, 2, 16])).prop_map(|(participant, tier)| {
            Command::SetTier { participant: ParticipantId(participant), tier }
        }),
        6 => limit().prop_map(Command::SetRiskLimit),
        3 => (0..6u8, account(), -60..60i128).prop_map(
            |(id, account, amount)| funds(&format!("f{id}"), account, amount * 10 * i128::from(LOT))
        ),
        3 => (0..6u8, account(), instrument(), -120..120i64, -1..3i64).prop_map(
            |(id, account, instrument, half_lots, cost)| {
                // Now and then half a lot too much.
                let qty = if half_lots % 7 == 0 { half_lots } else { half_lots / 2 * 2 };
                securities(&format!("q{id}"), account, instrument, qty * LOT / 2, cost * TICK)
            }
        ),
    ]
}

/// What operators do about trades.
fn mending() -> impl Strategy<Value = Command> {
    prop_oneof![
        16 => (trade_id(), trade_change(), operator())
            .prop_map(|(trade, change, by)| Command::ProposeTradeChange { trade, change, by }),
        24 => (trade_id(), operator()).prop_map(|(trade, by)| Command::ApproveTradeChange { trade, by }),
        1 => trade_id().prop_map(|trade| Command::WithdrawTradeChange { trade }),
    ]
}

/// Mostly trades that there were, few enough to be meant twice.
fn trade_id() -> impl Strategy<Value = TradeId> {
    (0..4u64).prop_map(TradeId)
}

fn trade_change() -> impl Strategy<Value = TradeChange> {
    let price = (0..=208i64).prop_map(|ticks| Price::from_raw(ticks * TICK));
    let qty = (0..8i64).prop_map(|lots| Qty::from_raw(lots * LOT));
    prop_oneof![
        Just(TradeChange::Bust),
        (price, qty).prop_map(|(price, qty)| TradeChange::Correct { price, qty }),
    ]
}

fn operator() -> impl Strategy<Value = Operator> {
    prop::sample::select(vec![text("ann"), text("bob"), text("cat")])
}

/// Limits that some orders keep and some do not; seldom none at all.
fn limit() -> impl Strategy<Value = RiskLimit> {
    let participant = || (0..=PARTICIPANTS).prop_map(ParticipantId);
    let account = || (0..=ACCOUNTS).prop_map(AccountId);
    let instrument = || (0..=INSTRUMENTS).prop_map(InstrumentId);
    let money = || {
        prop::option::weighted(
            0.6,
            (0..300i128).prop_map(|n| Money::from_raw(n * i128::from(LOT))),
        )
    };
    let qty = || prop::option::weighted(0.6, (-1..150i64).prop_map(|n| Qty::from_raw(n * LOT)));
    let rate = (0..12u32, 0..4u32).prop_map(|(per_second, burst)| OrderRate { per_second, burst });
    let subject = prop_oneof![
        account().prop_map(Subject::Account),
        participant().prop_map(Subject::Participant),
    ];
    prop_oneof![
        2 => (participant(), prop::option::weighted(0.5, rate), prop::option::weighted(0.3, 0..6u32)).prop_map(
            |(participant, order_rate, max_open_orders)| RiskLimit::Participant {
                participant,
                limits: ParticipantLimits { order_rate, max_open_orders },
            }
        ),
        2 => (participant(), money(), money(), money()).prop_map(
            |(participant, credit, gross, net)| RiskLimit::Exposure {
                participant,
                asset: CASH,
                limits: ExposureLimits { credit, gross, net },
            }
        ),
        2 => (account(), instrument(), qty(), qty()).prop_map(
            |(account, instrument, max_long, max_short)| RiskLimit::Position {
                account,
                instrument,
                limits: PositionLimits { max_long, max_short },
            }
        ),
        1 => (subject, instrument(), prop::bool::weighted(0.3)).prop_map(
            |(subject, instrument, is_restricted)| RiskLimit::Restricted { subject, instrument, is_restricted }
        ),
        2 => (account(), prop::bool::weighted(0.8))
            .prop_map(|(account, is_allowed)| RiskLimit::ShortSales { account, is_allowed }),
        2 => (account(), instrument(), -1..100i64).prop_map(|(account, instrument, lots)| RiskLimit::Locate {
            account,
            instrument,
            qty: Qty::from_raw(lots * LOT),
        }),
    ]
}

/// Fees, mostly in range, with remainders in most trades.
fn fees() -> impl Strategy<Value = Fees> {
    let rate = || prop::sample::select(vec![-100_000, -333, 0, 0, 77, 333, 100_000, 100_001]);
    let minimum = prop::sample::select(vec![0, 0, 1, 150_000_000, -1]);
    (rate(), rate(), minimum).prop_map(|(maker_ppm, taker_ppm, minimum)| Fees {
        maker_ppm,
        taker_ppm,
        minimum: Money::from_raw(minimum),
    })
}

pub(super) fn funds(id: &str, account: AccountId, amount: i128) -> Command {
    Command::TransferFunds {
        transfer_id: text(id),
        account,
        asset: CASH,
        amount: Money::from_raw(amount),
    }
}

pub(super) fn securities(
    id: &str,
    account: AccountId,
    instrument: InstrumentId,
    qty: i64,
    cost: i64,
) -> Command {
    Command::TransferSecurities {
        transfer_id: text(id),
        account,
        instrument,
        qty: Qty::from_raw(qty),
        cost_px: Price::from_raw(cost),
    }
}

//! Commands of any content: nothing panics, something comes of each, the orders are those that were told ([`Ledger`]), and the journal's
//! and the bus's formats keep every event.

use crate::ledger::Ledger;
use market::account::{AccountTerms, MarginTerms};
use market::breaker::{BreakerLevel, BreakerRules};
use market::command::{Amendment, Change, Command};
use market::event::{CxlRejResponseTo, Event};
use market::fees::Fees;
use market::halt::{Halt, HaltCode, HaltOrders};
use market::id::{AccountId, AssetId, HaltId, InstrumentId, OrderId, ParticipantId, TradeId};
use market::instrument::{Auction, Instrument};
use market::limits::{Limits, SelfTrade};
use market::market::Market;
use market::money::Money;
use market::order::{OrdType, OrderTerms, Peg, Side, TimeInForce};
use market::price::Price;
use market::qty::Qty;
use market::risk::limits::{
    ExposureLimits, OrderRate, ParticipantLimits, PositionLimits, RiskLimit, Subject,
};
use market::rules::{Rules, StopTrigger};
use market::scope::{Instruments, Scope};
use market::seed::Seed;
use market::text::Text;
use market::time::Timestamp;
use market::trades::TradeChange;
use proptest::prelude::*;

proptest! {
    #![proptest_config(crate::cases(128))]

    #[test]
    fn no_command_panics_and_every_event_survives_its_formats(
        commands in prop::collection::vec(command(), 1..120),
        modes in prop::sample::select(vec![SelfTrade::Allow, SelfTrade::CancelOldest, SelfTrade::DecrementAndCancel]),
    ) {
        let limits = Limits { max_live_orders: 20, max_cl_ord_ids: 60, max_final_orders: 3, self_trade: modes, ..Limits::default() };
        let (mut market, mut again) = (Market::new(limits), Market::new(limits));
        let mut ledger = Ledger::default();
        for (seq, command) in opening().iter().chain(&commands).enumerate() {
            let (seq, at) = (seq as u64, Timestamp::from_nanos(seq as i64));
            let (mut events, mut same) = (Vec::new(), Vec::new());
            market.apply(seq, at, command, &mut events);
            prop_assert!(!events.is_empty(), "nothing came of {:?}", command);
            ledger.hear_all(&events)?;
            ledger.compare(&market)?;

            let bytes = postcard::to_allocvec(command).expect("a command can be written");
            let back: Command = postcard::from_bytes(&bytes).expect("and read");
            prop_assert_eq!(&back, command);
            again.apply(seq, at, &back, &mut same);
            prop_assert_eq!(&same, &events, "the same commands give the same events");

            let bytes = postcard::to_allocvec(&events).expect("events can be written");
            let back: Vec<Event> = postcard::from_bytes(&bytes).expect("and read");
            prop_assert_eq!(&back, &events);
            let json = serde_json::to_string(&events).expect("as JSON too");
            let back: Vec<Event> = serde_json::from_str(&json).expect("and read");
            prop_assert_eq!(&back, &events);
        }
    }
}

/// Enough to trade with, at the edges of what numbers hold.
pub(crate) fn opening() -> Vec<Command> {
    let mut commands = vec![
        Command::ListAsset { code: text("A0") },
        Command::ListInstrument(wide("X", i64::MAX)),
        Command::ListInstrument(wide("Y", 1_000)),
        Command::Open {
            instrument: InstrumentId(0),
        },
        Command::Open {
            instrument: InstrumentId(1),
        },
        Command::AdmitParticipant {
            comp_id: text("P0"),
        },
        Command::AdmitParticipant {
            comp_id: text("P1"),
        },
    ];
    let margin = MarginTerms {
        initial_bps: 10_000,
        maintenance_bps: 1,
        grace_nanos: 1_000_000_000,
    };
    for (account, terms) in [
        AccountTerms::Cash,
        AccountTerms::Unchecked,
        AccountTerms::Margin(margin),
    ]
    .into_iter()
    .enumerate()
    {
        let account = AccountId(u32::try_from(account).expect("three"));
        commands.push(Command::OpenAccount {
            name: text(&format!("A{account}")),
            terms,
        });
        for participant in (0..2).map(ParticipantId) {
            commands.push(Command::GrantAccount {
                participant,
                account,
            });
        }
        commands.push(Command::TransferFunds {
            transfer_id: text(&format!("t{account}")),
            account,
            asset: AssetId(0),
            amount: Money::from_raw(10i128.pow(35)),
        });
    }
    commands
}

fn wide(symbol: &str, max: i64) -> Instrument {
    Instrument {
        id: InstrumentId(0),
        symbol: text(symbol),
        currency: text("A0"),
        tick: Price::from_raw(100_000_000),
        lot: Qty::from_raw(1),
        min_qty: Qty::from_raw(1),
        max_qty: Qty::from_raw(max),
        reference_px: Price::from_raw(100_000_000),
    }
}

fn raw() -> impl Strategy<Value = i64> {
    prop_oneof![
        2 => any::<i64>(),
        2 => (1..=5i64).prop_map(|n| n * 100_000_000),
        1 => Just(i64::MAX),
        1 => Just(i64::MIN),
        1 => Just(i64::MAX / 100_000_000 * 100_000_000),
        1 => Just(0),
        2 => 1..1_000i64,
    ]
}

fn wide_raw() -> impl Strategy<Value = i128> {
    prop_oneof![
        any::<i128>(),
        Just(i128::MIN),
        Just(i128::MAX),
        Just(0),
        any::<i64>().prop_map(i128::from),
        Just(10i128.pow(36)),
        Just(-(10i128.pow(36))),
    ]
}

fn name<const N: usize>() -> impl Strategy<Value = Text<N>> {
    (0..12u8).prop_map(|n| text(&format!("N{n}")))
}

fn side() -> impl Strategy<Value = Side> {
    prop::sample::select(vec![Side::Buy, Side::Sell])
}

fn terms() -> impl Strategy<Value = OrderTerms> {
    (
        0..3u32,
        0..3u32,
        side(),
        ord_type(),
        prop::sample::select(vec![
            TimeInForce::Day,
            TimeInForce::Gtc,
            TimeInForce::Ioc,
            TimeInForce::Fok,
            TimeInForce::Gtd(Timestamp::from_nanos(50)),
            TimeInForce::AtOpen,
            TimeInForce::AtClose,
        ]),
        raw(),
        prop::bool::weighted(0.2),
        prop::option::weighted(0.2, raw()),
        (
            prop::bool::weighted(0.2),
            prop::option::weighted(0.2, raw()),
        ),
    )
        .prop_map(
            |(
                account,
                instrument,
                side,
                ord_type,
                time_in_force,
                qty,
                post_only,
                floor,
                (all_or_none, min),
            )| {
                OrderTerms {
                    account: AccountId(account),
                    instrument: InstrumentId(instrument),
                    side,
                    ord_type,
                    time_in_force,
                    order_qty: Qty::from_raw(qty),
                    post_only,
                    max_floor: floor.map(Qty::from_raw),
                    all_or_none,
                    min_qty: min.map(Qty::from_raw),
                    short_sale: side == Side::Sell && account == 0,
                    reprice_to_band: false,
                }
            },
        )
}

fn ord_type() -> impl Strategy<Value = OrdType> {
    let price = || raw().prop_map(Price::from_raw);
    prop_oneof![
        8 => price().prop_map(OrdType::Limit),
        2 => Just(OrdType::Market),
        2 => price().prop_map(|stop_px| OrdType::Stop { stop_px }),
        2 => (price(), price()).prop_map(|(stop_px, price)| OrdType::StopLimit { stop_px, price }),
        1 => Just(OrdType::MarketToLimit),
        2 => price().prop_map(|offset| OrdType::TrailingStop { offset }),
        1 => (price(), prop::option::of(price())).prop_map(|(offset, limit)| OrdType::Pegged {
            peg: Peg::Mid, offset, limit,
        }),
    ]
}

fn rules() -> impl Strategy<Value = Rules> {
    (
        prop::option::of(0..=10_001u32),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(collar_bps, opposite, market_needs_opposite)| Rules {
            collar_bps,
            stop_trigger: if opposite {
                StopTrigger::BestOpposite
            } else {
                StopTrigger::LastTrade
            },
            market_needs_opposite,
            ..Rules::NONE
        })
}

fn listed() -> impl Strategy<Value = Instrument> {
    (raw(), raw(), raw(), raw(), raw(), name(), name()).prop_map(
        |(tick, lot, min, max, reference, symbol, currency)| Instrument {
            id: InstrumentId(7),
            symbol,
            currency,
            tick: Price::from_raw(tick),
            lot: Qty::from_raw(lot),
            min_qty: Qty::from_raw(min),
            max_qty: Qty::from_raw(max),
            reference_px: Price::from_raw(reference),
        },
    )
}

pub(crate) fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        Just(Scope::All),
        (0..3u32).prop_map(|id| Scope::Participant(ParticipantId(id))),
        (0..4u32).prop_map(|id| Scope::Account(AccountId(id))),
        (0..3u32).prop_map(|id| Scope::Instrument(InstrumentId(id))),
    ]
}

pub(crate) fn command() -> impl Strategy<Value = Command> {
    let participant = || (0..3u32).prop_map(ParticipantId);
    let account = || (0..4u32).prop_map(AccountId);
    let instrument = || (0..3u32).prop_map(InstrumentId);
    prop_oneof![
        1 => name().prop_map(|code| Command::ListAsset { code }),
        1 => listed().prop_map(Command::ListInstrument),
        1 => name().prop_map(|comp_id| Command::AdmitParticipant { comp_id }),
        1 => name().prop_map(|name| Command::OpenAccount { name, terms: AccountTerms::Cash }),
        1 => (participant(), account())
            .prop_map(|(participant, account)| Command::GrantAccount { participant, account }),
        1 => (participant(), account())
            .prop_map(|(participant, account)| Command::RevokeAccount { participant, account }),
        1 => participant().prop_map(|participant| Command::CancelAll { participant }),
        1 => (scope(), prop::bool::weighted(0.3), prop::bool::weighted(0.3))
            .prop_map(|(scope, suspend, dry_run)| Command::Kill { scope, suspend, dry_run, reason: text("why") }),
        2 => scope().prop_map(|scope| Command::Reinstate { scope }),
        1 => Just(Command::Tick),
        1 => (participant(), prop::option::of(0..2u32)).prop_map(|(participant, group)| Command::SetSelfTrade {
            participant, group, mode: Some(SelfTrade::CancelBoth),
        }),
        2 => (name(), account(), (0..3u32).prop_map(AssetId), wide_raw())
            .prop_map(|(transfer_id, account, asset, amount)| Command::TransferFunds {
                transfer_id, account, asset, amount: Money::from_raw(amount),
            }),
        2 => (name(), account(), instrument(), raw(), raw())
            .prop_map(|(transfer_id, account, instrument, qty, cost)| Command::TransferSecurities {
                transfer_id, account, instrument, qty: Qty::from_raw(qty), cost_px: Price::from_raw(cost),
            }),
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
        6 => (participant(), name(), name(), prop::option::of(0..4u64), change())
            .prop_map(|(participant, cl_ord_id, orig_cl_ord_id, order_id, change)| {
                Command::Amend(Amendment {
                    participant, cl_ord_id, orig_cl_ord_id, order_id: order_id.map(OrderId), change,
                })
            }),
        1 => (participant(), prop::option::of(name()), prop::option::of(instrument()))
            .prop_map(|(participant, cl_ord_id, instrument)| Command::Status {
                participant, request_id: None, cl_ord_id, instrument,
            }),
        1 => (participant(), prop::option::of(instrument()), prop::option::of(side()))
            .prop_map(|(participant, instrument, side)| Command::MassCancel {
                participant, cl_ord_id: text("m"), instrument, side,
            }),
        1 => instrument().prop_map(|instrument| Command::Open { instrument }),
        1 => instrument().prop_map(|instrument| Command::Close { instrument }),
        2 => halt().prop_map(Command::Halt),
        2 => (instruments(), prop::option::of(time()), any::<bool>())
            .prop_map(|(instruments, at, at_once)| Command::Resume { instruments, at, at_once }),
        1 => (instrument(), prop::sample::select(vec![0, 1, 7, u32::MAX]))
            .prop_map(|(instrument, weight)| Command::SetIndexWeight { instrument, weight }),
        2 => prop::option::of(wide_raw())
            .prop_map(|close| Command::SetIndexClose { close: close.map(Money::from_raw) }),
        1 => (any::<[u32; 3]>(), any::<u64>(), any::<u64>()).prop_map(|(falls_bps, halt_nanos, quiet_nanos)| {
            Command::SetBreaker(BreakerRules { falls_bps, halt_nanos, quiet_nanos })
        }),
        1 => (prop::sample::select(vec![BreakerLevel::One, BreakerLevel::Two, BreakerLevel::Three]), any::<bool>())
            .prop_map(|(level, drill)| Command::TripBreaker { level, drill, reason: text("why") }),
        1 => (0..3u32).prop_map(|id| Command::WithdrawHalt { id: HaltId(id) }),
        1 => (instrument(), prop::option::of(name()))
            .prop_map(|(instrument, group)| Command::SetGroup { instrument, group }),
        1 => Just(Command::EndOfDay),
        1 => Just(Command::Tick),
        1 => (instrument(), rules()).prop_map(|(instrument, rules)| Command::SetRules { instrument, rules }),
        1 => (name(), 0..20_000u32, 0..20_000u32, any::<u64>()).prop_map(
            |(name, initial_bps, maintenance_bps, grace_nanos)| Command::OpenAccount {
                name,
                terms: AccountTerms::Margin(MarginTerms { initial_bps, maintenance_bps, grace_nanos }),
            }
        ),
        1 => account().prop_map(|account| Command::SetFeeAccount { account }),
        4 => limit().prop_map(Command::SetRiskLimit),
        2 => ((0..4u64).prop_map(TradeId), prop::option::of((raw(), raw()))).prop_map(|(trade, to)| {
            Command::ProposeTradeChange {
                trade,
                change: to.map_or(TradeChange::Bust, |(price, qty)| TradeChange::Correct {
                    price: Price::from_raw(price),
                    qty: Qty::from_raw(qty),
                }),
                by: text("ann"),
            }
        }),
        2 => (0..4u64).prop_map(|trade| Command::ApproveTradeChange {
            trade: TradeId(trade),
            by: text("bob"),
        }),
        1 => (instrument(), 0..3u8, fees())
            .prop_map(|(instrument, tier, fees)| Command::SetFees { instrument, tier, fees }),
        1 => (participant(), 0..3u8)
            .prop_map(|(participant, tier)| Command::SetTier { participant, tier }),
        1 => instrument().prop_map(|instrument| Command::PreOpen { instrument }),
        1 => instrument().prop_map(|instrument| Command::PostTrade { instrument }),
        1 => (instrument(), prop::option::of(any::<i64>().prop_map(Timestamp::from_nanos)))
            .prop_map(|(instrument, at)| Command::SetClose { instrument, at }),
        1 => any::<[u8; 16]>().prop_map(|seed| Command::Seed { seed: Seed::new(seed) }),
        2 => (instrument(), auction(), any::<i64>().prop_map(Timestamp::from_nanos))
            .prop_map(|(instrument, auction, until)| Command::Call { instrument, auction, until }),
    ]
}

fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![any::<i64>(), 0..200i64].prop_map(Timestamp::from_nanos)
}

fn instruments() -> impl Strategy<Value = Instruments> {
    prop_oneof![
        Just(Instruments::All),
        name().prop_map(Instruments::Group),
        (0..3u32).prop_map(|id| Instruments::One(InstrumentId(id))),
    ]
}

fn halt() -> impl Strategy<Value = Halt> {
    let orders = vec![HaltOrders::CancelOnly, HaltOrders::Stay, HaltOrders::Cancel];
    (
        instruments(),
        prop::sample::select(orders),
        prop::option::weighted(0.3, time()),
        prop::option::weighted(0.3, time()),
        any::<bool>(),
    )
        .prop_map(|(instruments, orders, from, until, at_once)| Halt {
            instruments,
            orders,
            from,
            until,
            at_once,
            code: HaltCode::NewsPending,
            reason: text("why"),
        })
}

fn auction() -> impl Strategy<Value = Auction> {
    prop::sample::select(vec![
        Auction::Opening,
        Auction::Intraday,
        Auction::Volatility,
        Auction::Closing,
    ])
}

fn limit() -> impl Strategy<Value = RiskLimit> {
    let participant = || (0..3u32).prop_map(ParticipantId);
    let account = || (0..4u32).prop_map(AccountId);
    let instrument = || (0..3u32).prop_map(InstrumentId);
    let money = || prop::option::of(wide_raw().prop_map(Money::from_raw));
    let qty = || prop::option::of(raw().prop_map(Qty::from_raw));
    let number = || prop::sample::select(vec![0, 1, 1_000_000, u32::MAX]);
    prop_oneof![
        (
            participant(),
            number(),
            number(),
            prop::option::of(number())
        )
            .prop_map(|(participant, per_second, burst, max_open_orders)| {
                RiskLimit::Participant {
                    participant,
                    limits: ParticipantLimits {
                        order_rate: Some(OrderRate { per_second, burst }),
                        max_open_orders,
                    },
                }
            }),
        (participant(), 0..2u32, money(), money(), money()).prop_map(
            |(participant, asset, credit, gross, net)| RiskLimit::Exposure {
                participant,
                asset: AssetId(asset),
                limits: ExposureLimits { credit, gross, net },
            }
        ),
        (account(), instrument(), qty(), qty()).prop_map(
            |(account, instrument, max_long, max_short)| RiskLimit::Position {
                account,
                instrument,
                limits: PositionLimits {
                    max_long,
                    max_short
                },
            }
        ),
        (account(), instrument(), any::<bool>()).prop_map(
            |(account, instrument, is_restricted)| RiskLimit::Restricted {
                subject: Subject::Account(account),
                instrument,
                is_restricted,
            }
        ),
        (account(), any::<bool>()).prop_map(|(account, is_allowed)| RiskLimit::ShortSales {
            account,
            is_allowed
        }),
        (account(), instrument(), raw()).prop_map(|(account, instrument, qty)| RiskLimit::Locate {
            account,
            instrument,
            qty: Qty::from_raw(qty),
        }),
    ]
}

fn fees() -> impl Strategy<Value = Fees> {
    let rate = || prop::sample::select(vec![-100_000, 0, 333, 100_000, i32::MIN, i32::MAX]);
    (rate(), rate(), wide_raw()).prop_map(|(maker_ppm, taker_ppm, minimum)| Fees {
        maker_ppm,
        taker_ppm,
        minimum: Money::from_raw(minimum),
    })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        1 => ((0..3u32).prop_map(InstrumentId), side()).prop_map(|(instrument, side)| Change::Cancel { instrument, side }),
        4 => terms().prop_map(Change::Replace),
        1 => Just(Change::Nothing {
            response_to: CxlRejResponseTo::Replace,
            why: text("why"),
        }),
    ]
}

fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).expect("short and plain")
}

//! Settings of any content: what an operator lists, opens, halts and limits.

use super::value::{DAY_NANOS, account, asset, instrument, name, participant, raw, time, wide_raw};
use market::account::{AccountTerms, MarginTerms};
use market::breaker::{BreakerLevel, BreakerRules};
use market::fees::Fees;
use market::halt::{Halt, HaltCode, HaltOrders};
use market::instrument::{Auction, Instrument};
use market::limits::SelfTrade;
use market::money::Money;
use market::price::Price;
use market::qty::Qty;
use market::risk::limits::{
    ExposureLimits, OrderRate, ParticipantLimits, PositionLimits, RiskLimit, Subject,
};
use market::rules::{Rules, StopTrigger, Tier};
use market::scope::{Instruments, Scope};
use market::trades::TradeChange;
use proptest::prelude::*;

pub(super) fn rules() -> BoxedStrategy<Rules> {
    let share = || {
        let bps = vec![0, 1, 100, 500, 10_000, 10_000, 10_001];
        prop::option::of(prop::sample::select(bps))
    };
    let day = DAY_NANOS.unsigned_abs();
    let nanos = move || {
        prop_oneof![
            8 => prop::sample::select(vec![0, 1, 1_000_000_000, 60_000_000_000, day]),
            1 => prop::sample::select(vec![day + 1, u64::MAX]),
        ]
    };
    let money = prop_oneof![4 => any::<i64>().prop_map(|it| i128::from(it).abs()), 1 => wide_raw()];
    (
        (share(), share(), share(), share()),
        prop::option::of(prop::sample::select(vec![Tier::One, Tier::Two])),
        prop::sample::select(vec![StopTrigger::LastTrade, StopTrigger::BestOpposite]),
        any::<bool>(),
        prop::option::weighted(0.3, money.prop_map(Money::from_raw)),
        prop::option::weighted(0.3, nanos()),
        (nanos(), nanos()),
    )
        .prop_map(
            |(
                (collar_bps, static_band_bps, dynamic_band_bps, fat_finger_bps),
                limit_up_limit_down,
                stop_trigger,
                market_needs_opposite,
                max_notional,
                duplicate_nanos,
                (volatility_nanos, random_end_nanos),
            )| Rules {
                collar_bps,
                static_band_bps,
                dynamic_band_bps,
                limit_up_limit_down,
                stop_trigger,
                market_needs_opposite,
                max_notional,
                fat_finger_bps,
                duplicate_nanos,
                volatility_nanos,
                random_end_nanos,
            },
        )
        .boxed()
}

pub(super) fn listed() -> BoxedStrategy<Instrument> {
    (
        (instrument(), name(), name()),
        (raw(), raw(), raw(), raw(), raw()),
    )
        .prop_map(
            |((id, symbol, currency), (tick, lot, min, max, reference))| Instrument {
                id,
                symbol,
                currency,
                tick: Price::from_raw(tick),
                lot: Qty::from_raw(lot),
                min_qty: Qty::from_raw(min),
                max_qty: Qty::from_raw(max),
                reference_px: Price::from_raw(reference),
            },
        )
        .boxed()
}

pub(super) fn account_terms() -> BoxedStrategy<AccountTerms> {
    let margin = (0..20_000u32, 0..20_000u32, any::<u64>()).prop_map(
        |(initial_bps, maintenance_bps, grace_nanos)| {
            AccountTerms::Margin(MarginTerms {
                initial_bps,
                maintenance_bps,
                grace_nanos,
            })
        },
    );
    prop_oneof![
        Just(AccountTerms::Cash),
        Just(AccountTerms::Unchecked),
        margin,
    ]
    .boxed()
}

pub(super) fn self_trade() -> impl Strategy<Value = SelfTrade> {
    prop::sample::select(vec![
        SelfTrade::Allow,
        SelfTrade::CancelNewest,
        SelfTrade::CancelOldest,
        SelfTrade::CancelBoth,
        SelfTrade::DecrementAndCancel,
    ])
}

pub(crate) fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        Just(Scope::All),
        participant().prop_map(Scope::Participant),
        account().prop_map(Scope::Account),
        instrument().prop_map(Scope::Instrument),
    ]
}

pub(super) fn instruments() -> impl Strategy<Value = Instruments> {
    prop_oneof![
        Just(Instruments::All),
        name().prop_map(Instruments::Group),
        instrument().prop_map(Instruments::One),
    ]
}

pub(super) fn halt() -> BoxedStrategy<Halt> {
    let orders = vec![HaltOrders::CancelOnly, HaltOrders::Stay, HaltOrders::Cancel];
    let codes = vec![
        HaltCode::Other,
        HaltCode::OrderImbalance,
        HaltCode::EquipmentChangeover,
        HaltCode::NewsPending,
        HaltCode::NewsDissemination,
        HaltCode::OrderInflux,
        HaltCode::AdditionalInformation,
    ];
    (
        instruments(),
        prop::sample::select(orders),
        prop::option::weighted(0.3, time()),
        prop::option::weighted(0.3, time()),
        any::<bool>(),
        prop::sample::select(codes),
        name(),
    )
        .prop_map(
            |(instruments, orders, from, until, at_once, code, reason)| Halt {
                instruments,
                orders,
                from,
                until,
                at_once,
                code,
                reason,
            },
        )
        .boxed()
}

pub(super) fn auction() -> impl Strategy<Value = Auction> {
    prop::sample::select(vec![
        Auction::Opening,
        Auction::Intraday,
        Auction::Volatility,
        Auction::Closing,
    ])
}

pub(super) fn breaker_rules() -> BoxedStrategy<BreakerRules> {
    let sound = (1..100u32, 1..100u32, 1..100u32, 1..1_000u64, 0..1_000u64).prop_map(
        |(one, two, three, halt, quiet)| BreakerRules {
            falls_bps: [one, one + two, one + two + three],
            halt_nanos: halt,
            quiet_nanos: quiet,
        },
    );
    let wild = (any::<[u32; 3]>(), any::<u64>(), any::<u64>()).prop_map(
        |(falls_bps, halt_nanos, quiet_nanos)| BreakerRules {
            falls_bps,
            halt_nanos,
            quiet_nanos,
        },
    );
    prop_oneof![sound, wild].boxed()
}

pub(super) fn breaker_level() -> impl Strategy<Value = BreakerLevel> {
    prop::sample::select(vec![
        BreakerLevel::One,
        BreakerLevel::Two,
        BreakerLevel::Three,
    ])
}

pub(super) fn limit() -> BoxedStrategy<RiskLimit> {
    let money = || prop::option::of(wide_raw().prop_map(Money::from_raw));
    let qty = || prop::option::of(raw().prop_map(Qty::from_raw));
    let number = || prop::sample::select(vec![0, 1, 1_000_000, u32::MAX]);
    let rate = (number(), number()).prop_map(|(per_second, burst)| OrderRate { per_second, burst });
    let subject = prop_oneof![
        account().prop_map(Subject::Account),
        participant().prop_map(Subject::Participant),
    ];
    prop_oneof![
        (
            participant(),
            prop::option::of(rate),
            prop::option::of(number())
        )
            .prop_map(|(participant, order_rate, max_open_orders)| {
                RiskLimit::Participant {
                    participant,
                    limits: ParticipantLimits {
                        order_rate,
                        max_open_orders,
                    },
                }
            }),
        (participant(), asset(), money(), money(), money()).prop_map(
            |(participant, asset, credit, gross, net)| RiskLimit::Exposure {
                participant,
                asset,
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
        (subject, instrument(), any::<bool>()).prop_map(|(subject, instrument, is_restricted)| {
            RiskLimit::Restricted {
                subject,
                instrument,
                is_restricted,
            }
        }),
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
    .boxed()
}

pub(super) fn fees() -> impl Strategy<Value = Fees> {
    let rate = || prop::sample::select(vec![-100_000, 0, 333, 100_000, i32::MIN, i32::MAX]);
    (rate(), rate(), wide_raw()).prop_map(|(maker_ppm, taker_ppm, minimum)| Fees {
        maker_ppm,
        taker_ppm,
        minimum: Money::from_raw(minimum),
    })
}

pub(super) fn trade_change() -> BoxedStrategy<TradeChange> {
    let correct = (raw(), raw()).prop_map(|(price, qty)| TradeChange::Correct {
        price: Price::from_raw(price),
        qty: Qty::from_raw(qty),
    });
    prop_oneof![Just(TradeChange::Bust), correct].boxed()
}

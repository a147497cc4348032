//! Single values of any content: ids that may be there, names of few, numbers and times up to the edges of what they hold.

use market::id::{AccountId, AssetId, InstrumentId, ParticipantId};
use market::order::Side;
use market::text::Text;
use market::time::Timestamp;
use proptest::prelude::*;

pub(super) const DAY_NANOS: i64 = 86_400_000_000_000;

pub(super) fn participant() -> impl Strategy<Value = ParticipantId> {
    (0..3u32).prop_map(ParticipantId)
}

pub(super) fn account() -> impl Strategy<Value = AccountId> {
    (0..4u32).prop_map(AccountId)
}

pub(super) fn instrument() -> impl Strategy<Value = InstrumentId> {
    (0..3u32).prop_map(InstrumentId)
}

pub(super) fn asset() -> impl Strategy<Value = AssetId> {
    (0..3u32).prop_map(AssetId)
}

pub(super) fn name<const N: usize>() -> impl Strategy<Value = Text<N>> {
    (0..12u8).prop_map(|n| text(&format!("N{n}")))
}

pub(super) fn side() -> impl Strategy<Value = Side> {
    prop::sample::select(vec![Side::Buy, Side::Sell])
}

pub(super) fn raw() -> impl Strategy<Value = i64> {
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

pub(super) fn wide_raw() -> impl Strategy<Value = i128> {
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

/// Soon, some time, or never.
pub(super) fn time() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        1 => any::<i64>(),
        2 => 0..200i64,
        2 => (0..200i64).prop_map(|seconds| seconds * 1_000_000_000),
        1 => Just(i64::MAX),
    ]
    .prop_map(Timestamp::from_nanos)
}

/// How much later a command comes.
pub(super) fn step() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => Just(1),
        1 => Just(0),
        3 => (1..20i64).prop_map(|seconds| seconds * 1_000_000_000),
        1 => (1..4i64).prop_map(|parts| parts * DAY_NANOS / 96),
    ]
}

pub(super) fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).expect("short and plain")
}

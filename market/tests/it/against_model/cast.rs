//! Who and what takes part: participants, accounts, instruments, and the units that everything is counted in.

use market::account::MarginTerms;
use market::id::{AssetId, ClOrdId, InstrumentId};
use market::instrument::Instrument;
use market::price::Price;
use market::qty::Qty;
use market::text::Text;

pub(super) const PARTICIPANTS: u32 = 3;
pub(super) const ACCOUNTS: u32 = 5;
/// The one that is unchecked, and the one on margin.
pub(super) const UNCHECKED: u32 = 3;
pub(super) const ON_MARGIN: u32 = 4;
/// A price that moves by a few ticks is felt.
pub(super) const MARGIN: MarginTerms = MarginTerms {
    initial_bps: 320,
    maintenance_bps: 250,
    grace_nanos: 1_500_000_000,
};
pub(super) const INSTRUMENTS: u32 = 2;
pub(super) const CASH: AssetId = AssetId(0);
pub(super) const LOT: i64 = 100_000_000;
pub(super) const TICK: i64 = 5_000_000;
/// Time between two commands, in nanoseconds.
pub(super) const STEP: i64 = 100_000_000;
pub(super) const SECOND: i64 = 1_000_000_000;

/// Two instruments: of the second an order has three lots at least.
pub(super) fn instrument(id: InstrumentId) -> Instrument {
    let least = if id.0 == 0 { 1 } else { 3 };
    Instrument {
        id,
        symbol: text(&format!("I{id}")),
        currency: text("USD"),
        tick: Price::from_raw(TICK),
        lot: Qty::from_raw(LOT),
        min_qty: Qty::from_raw(least * LOT),
        max_qty: Qty::from_raw(50 * LOT),
        reference_px: Price::from_raw(200 * TICK),
    }
}

pub(super) fn cl_ord_id(id: u16) -> ClOrdId {
    text(&format!("id{id}"))
}

pub(super) fn text<const N: usize>(text: &str) -> Text<N> {
    Text::new(text).expect("short and plain")
}

//! The collar: how far from the best opposite price an order without a limit may walk, and how far from its trigger a stop reserves.
//! Pure arithmetic.

use crate::order::Side;
use crate::price::Price;

/// A basis point is one part of this many.
const BPS: i128 = 10_000;

/// The worst price that an order of `side` may trade at when it may walk `bps` from `best`, a price on the `tick`. Rounded inward, to
/// the tick next to `best`; never below one tick, never beyond what a price can say.
pub(crate) fn collar(best: Price, bps: u32, side: Side, tick: Price) -> Price {
    let (best, bps, tick) = (
        i128::from(best.raw()),
        i128::from(bps),
        i128::from(tick.raw()),
    );
    let steps = match side {
        Side::Buy => (best * (BPS + bps)).div_euclid(BPS * tick),
        Side::Sell => -(-best * (BPS - bps)).div_euclid(BPS * tick),
    };
    let most = i128::from(i64::MAX) / tick;
    let raw = steps.clamp(1, most.max(1)) * tick;
    Price::from_raw(i64::try_from(raw).expect("clamped to what a price can say"))
}

#[cfg(test)]
mod tests {
    use super::collar;
    use crate::order::Side;
    use crate::price::Price;

    #[test]
    fn it_is_rounded_inward_to_the_tick() {
        let table = [
            (1_000, 500, Side::Buy, 5, 1_050),
            (1_005, 500, Side::Buy, 5, 1_055),
            (1_000, 500, Side::Sell, 5, 950),
            (1_005, 500, Side::Sell, 5, 955),
            (7, 1, Side::Buy, 7, 7),
            (7, 1, Side::Sell, 7, 7),
            (7, 10_000, Side::Sell, 7, 7),
            (7, 10_000, Side::Buy, 7, 14),
            (i64::MAX, 10_000, Side::Buy, 1, i64::MAX),
        ];
        for (best, bps, side, tick, wanted) in table {
            let got = collar(Price::from_raw(best), bps, side, Price::from_raw(tick));
            assert_eq!(got, Price::from_raw(wanted), "{best} {bps} {side:?} {tick}");
        }
    }
}

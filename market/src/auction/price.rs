//! The price of an auction, as a pure function of what is asked for and offered at each price. In this order: the highest
//! executable volume, market orders counted in full; the smallest surplus; with the surplus on the buy side only the highest such
//! price, on the sell side only the lowest; the nearest to the reference price; at equal distance the higher.
//!
//! Tried are the limits that stand in the book, and the reference price where it lies between them or market orders stand on both
//! sides: so market orders alone meet at the reference price. A limit far away from every other cannot move the price by itself.

use crate::order::Side;
use crate::price::Price;
use crate::qty::Qty;
use alloc::vec::Vec;
use core::cmp::Ordering;
use serde::{Deserialize, Serialize};

/// What one side has at one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The limit.
    pub(crate) price: Price,
    /// How much, hidden quantity included.
    pub(crate) qty: Qty,
}

/// One side of an auction.
#[derive(Clone, Debug, Default)]
pub(crate) struct Curve {
    /// Market orders in total: they count at every price.
    pub(crate) at_market: Qty,
    /// The limits, in any order. Those that no order of the other side accepts may be left out.
    pub(crate) limits: Vec<Step>,
}

/// What would come of an auction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Indication {
    /// The price; none when nothing would trade.
    pub(crate) price: Option<Price>,
    /// How much would trade.
    pub(crate) volume: Qty,
    /// How much more one side has at that price.
    pub(crate) surplus: Qty,
    /// Which side; none when there is no surplus.
    pub(crate) surplus_side: Option<Side>,
}

/// The price at which two sides meet.
pub(crate) fn clearing(mut buys: Curve, mut sells: Curve, reference: Price) -> Indication {
    let meets_at_market = buys.at_market > Qty::ZERO && sells.at_market > Qty::ZERO;
    buys.limits.sort_by_key(|step| step.price);
    sells.limits.sort_by_key(|step| step.price);
    let ends = [
        buys.limits.first(),
        buys.limits.last(),
        sells.limits.first(),
        sells.limits.last(),
    ];
    let ends = || ends.iter().flatten().map(|step| step.price);
    let is_between =
        ends().min().is_some_and(|low| low <= reference) && ends().max() >= Some(reference);
    let tried = (is_between || meets_at_market).then_some(reference);
    walk(&buys, &sells, tried, reference)
}

/// One walk over all prices, upwards: what is asked for falls, what is offered rises.
fn walk(buys: &Curve, sells: &Curve, tried: Option<Price>, reference: Price) -> Indication {
    let mut demand = buys
        .limits
        .iter()
        .fold(raw(buys.at_market), |sum, step| sum + raw(step.qty));
    let mut supply = raw(sells.at_market);
    let (mut bids, mut asks) = (
        buys.limits.iter().peekable(),
        sells.limits.iter().peekable(),
    );
    let mut tried = tried;
    let mut best = Best::new(reference);
    loop {
        let next = [
            bids.peek().map(|s| s.price),
            asks.peek().map(|s| s.price),
            tried,
        ];
        let Some(price) = next.into_iter().flatten().min() else {
            return best.indication();
        };
        tried = tried.filter(|tried| *tried > price);
        while let Some(step) = asks.next_if(|step| step.price == price) {
            supply += raw(step.qty);
        }
        best.consider(price, demand, supply);
        while let Some(step) = bids.next_if(|step| step.price == price) {
            demand -= raw(step.qty);
        }
    }
}

/// The best price so far, and what else is as good in volume and surplus.
struct Best {
    reference: Price,
    volume: i128,
    surplus: i128,
    lowest: Price,
    highest: Price,
    nearest: Price,
    /// Where the nearest has its surplus.
    nearest_side: Option<Side>,
    /// Whether a price as good has its surplus on the buy side.
    buys_over: bool,
    /// Whether one has it on the sell side.
    sells_over: bool,
}

impl Best {
    const fn new(reference: Price) -> Self {
        Self {
            reference,
            volume: 0,
            surplus: 0,
            lowest: Price::ZERO,
            highest: Price::ZERO,
            nearest: Price::ZERO,
            nearest_side: None,
            buys_over: false,
            sells_over: false,
        }
    }

    /// Tries a price above all that were tried before.
    fn consider(&mut self, price: Price, demand: i128, supply: i128) {
        let (volume, surplus) = (demand.min(supply), (demand - supply).abs());
        if volume == 0 || volume < self.volume {
            return;
        }
        if volume > self.volume || surplus < self.surplus {
            (self.volume, self.surplus) = (volume, surplus);
            (self.lowest, self.nearest) = (price, price);
            (self.buys_over, self.sells_over) = (false, false);
        } else if surplus > self.surplus {
            return;
        }
        self.highest = price;
        self.buys_over |= demand > supply;
        self.sells_over |= supply > demand;
        if self.distance(price) <= self.distance(self.nearest) {
            self.nearest = price;
            self.nearest_side = match demand.cmp(&supply) {
                Ordering::Greater => Some(Side::Buy),
                Ordering::Less => Some(Side::Sell),
                Ordering::Equal => None,
            };
        }
    }

    fn distance(&self, price: Price) -> u64 {
        price.raw().abs_diff(self.reference.raw())
    }

    fn indication(&self) -> Indication {
        if self.volume == 0 {
            return Indication::default();
        }
        let (price, surplus_side) = match (self.buys_over, self.sells_over) {
            (true, false) => (self.highest, Some(Side::Buy)),
            (false, true) => (self.lowest, Some(Side::Sell)),
            _ => (self.nearest, self.nearest_side),
        };
        Indication {
            price: Some(price),
            volume: qty(self.volume),
            surplus: qty(self.surplus),
            surplus_side,
        }
    }
}

const fn raw(qty: Qty) -> i128 {
    qty.raw() as i128
}

fn qty(raw: i128) -> Qty {
    Qty::from_raw(i64::try_from(raw).expect("at most what one side has, which fits"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn curve(at_market: i64, limits: &[(i64, i64)]) -> Curve {
        let limits = limits.iter().map(|(price, qty)| Step {
            price: Price::from_raw(*price),
            qty: Qty::from_raw(*qty),
        });
        Curve {
            at_market: Qty::from_raw(at_market),
            limits: limits.collect(),
        }
    }

    /// Price, volume, and the surplus: above zero on the buy side.
    fn told(buys: &Curve, sells: &Curve, reference: i64) -> Option<(i64, i64, i64)> {
        let found = clearing(buys.clone(), sells.clone(), Price::from_raw(reference));
        let surplus = match found.surplus_side {
            Some(Side::Sell) => -found.surplus.raw(),
            _ => found.surplus.raw(),
        };
        Some((found.price?.raw(), found.volume.raw(), surplus))
    }

    #[test]
    fn the_vector_of_the_rule_book() {
        let bids = [
            (13_000, 45),
            (12_900, 95),
            (12_800, 25),
            (12_700, 35),
            (12_600, 25),
            (12_500, 55),
            (12_400, 200),
            (12_300, 80),
            (12_200, 60),
        ];
        let asks = [
            (13_100, 35),
            (13_000, 50),
            (12_900, 10),
            (12_800, 15),
            (12_700, 10),
            (12_600, 20),
            (12_500, 90),
            (12_400, 155),
            (12_300, 125),
            (12_200, 10),
        ];
        let found = told(&curve(0, &bids), &curve(0, &asks), 12_000);
        assert_eq!(found, Some((12_400, 290, 190)));
    }

    #[test]
    fn market_orders_alone_meet_at_the_reference_price() {
        assert_eq!(
            told(&curve(10, &[]), &curve(4, &[]), 77),
            Some((77, 4, 6)),
            "alone"
        );
        let low = curve(10, &[(1, 5)]);
        assert_eq!(
            told(&low, &curve(10, &[]), 77),
            Some((77, 10, 0)),
            "a bid far below"
        );
        assert_eq!(
            told(&curve(10, &[]), &curve(0, &[(80, 4)]), 77),
            Some((80, 4, 6))
        );
        assert_eq!(told(&curve(10, &[]), &curve(0, &[]), 77), None);
    }

    /// Every price is tried, each by itself.
    fn slow(buys: &Curve, sells: &Curve, reference: i64) -> Option<(i64, i64, i64)> {
        let limits = || buys.limits.iter().chain(&sells.limits);
        let mut prices: Vec<i64> = limits().map(|step| step.price.raw()).collect();
        let has_below = prices.iter().any(|price| *price <= reference);
        let has_above = prices.iter().any(|price| *price >= reference);
        let market = buys.at_market > Qty::ZERO && sells.at_market > Qty::ZERO;
        if (has_below && has_above) || market {
            prices.push(reference);
        }
        let at = |price: i64| {
            let demand = buys.limits.iter().filter(|step| step.price.raw() >= price);
            let supply = sells.limits.iter().filter(|step| step.price.raw() <= price);
            let demand: i64 = demand.map(|step| step.qty.raw()).sum();
            let supply: i64 = supply.map(|step| step.qty.raw()).sum();
            let (demand, supply) = (
                demand + buys.at_market.raw(),
                supply + sells.at_market.raw(),
            );
            (price, demand.min(supply), demand - supply)
        };
        let mut tried: Vec<(i64, i64, i64)> = prices.into_iter().map(at).collect();
        let volume = tried.iter().map(|t| t.1).max().filter(|most| *most > 0)?;
        tried.retain(|t| t.1 == volume);
        let surplus = tried.iter().map(|t| t.2.abs()).min()?;
        tried.retain(|t| t.2.abs() == surplus);
        let only = |sign: i64| tried.iter().all(|t| t.2.signum() == sign);
        if only(1) {
            return tried.into_iter().max();
        }
        if only(-1) {
            return tried.into_iter().min();
        }
        tried
            .into_iter()
            .min_by_key(|t| ((t.0 - reference).abs(), -t.0))
    }

    /// A reference between two prices that are equally good is tried itself, and nearer than either: only when it was not does the distance
    /// decide, and then the higher of equal ones.
    #[test]
    fn at_equal_distance_the_higher() {
        let mut best = Best::new(Price::from_raw(10));
        for (price, demand, supply) in [(8, 15, 10), (12, 10, 15), (13, 10, 15)] {
            best.consider(Price::from_raw(price), demand, supply);
        }
        let found = best.indication();
        assert_eq!(found.price, Some(Price::from_raw(12)));
        assert_eq!(found.surplus_side, Some(Side::Sell));
        let tried = told(
            &curve(0, &[(12, 10), (8, 5)]),
            &curve(0, &[(8, 10), (12, 5)]),
            10,
        );
        assert_eq!(tried, Some((10, 10, 0)));
    }

    fn any_curve() -> impl Strategy<Value = Curve> {
        let limits = prop::collection::vec((1..20i64, 1..9i64), 0..8);
        (prop_oneof![Just(0), 0..20i64], limits)
            .prop_map(|(at_market, limits)| curve(at_market, &limits))
    }

    proptest! {
        #[test]
        fn one_walk_finds_what_trying_every_price_finds(
            buys in any_curve(),
            sells in any_curve(),
            reference in 1..20i64,
        ) {
            prop_assert_eq!(told(&buys, &sells, reference), slow(&buys, &sells, reference));
        }
    }

    #[test]
    fn quantities_at_the_end_of_what_a_number_holds() {
        let most = i64::MAX;
        let found = told(&curve(most, &[]), &curve(0, &[(5, most)]), 5);
        assert_eq!(found, Some((5, most, 0)));
    }
}

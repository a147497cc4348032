//! What a position is worth: pure. Every division is rounded half to even at 10⁻⁸.

use crate::amount;
use crate::portfolio::PositionRow;
use market::decimal::ONE;
use market::money::Money;
use market::price::Price;

/// A position with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Valuation {
    /// Cost of one unit on average, rounded half to even; nothing for a closed position.
    pub average_cost: Option<Money>,
    /// Quantity × price; nothing without a price.
    pub market_value: Option<Money>,
    /// Market value − cost; nothing without a price.
    pub unrealized: Option<Money>,
}

impl Valuation {
    /// Values a position at its price.
    pub fn of(row: &PositionRow) -> Self {
        let qty = i128::from(row.qty);
        let cost = amount::money(row.cost);
        let market_value = row
            .price
            .and_then(|price| amount::value_at(qty, Price::from_raw(price)));
        let average_cost = amount::scale_half_even(
            i128::from(row.cost) * qty.signum(),
            i128::from(ONE),
            qty.abs(),
        );
        Self {
            average_cost: average_cost.map(Money::from_raw),
            market_value,
            unrealized: market_value.and_then(|value| value.checked_sub(cost)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(qty: &str, cost: &str, price: Option<&str>) -> PositionRow {
        let raw = |text: &str| i64::try_from(text.parse::<Money>().unwrap().raw()).unwrap();
        PositionRow {
            account: "A".into(),
            symbol: "S".into(),
            qty: raw(qty),
            cost: raw(cost),
            realized: 0,
            reserved: 0,
            currency: None,
            price: price.map(raw),
        }
    }

    #[test]
    fn table() {
        for (row, average, value, unrealized) in [
            (
                row("10", "1000", Some("101.5")),
                Some("100"),
                Some("1015"),
                Some("15"),
            ),
            (
                row("3", "100", Some("30")),
                Some("33.33333333"),
                Some("90"),
                Some("-10"),
            ),
            (
                row("-5", "-700", Some("100")),
                Some("140"),
                Some("-500"),
                Some("200"),
            ),
            (row("0", "0", Some("100")), None, Some("0"), Some("0")),
            (row("1", "2", None), Some("2"), None, None),
        ] {
            let valuation = Valuation::of(&row);
            let text = |money: Option<Money>| money.map(|m| m.to_string());
            assert_eq!(text(valuation.average_cost).as_deref(), average, "{row:?}");
            assert_eq!(text(valuation.market_value).as_deref(), value, "{row:?}");
            assert_eq!(text(valuation.unrealized).as_deref(), unrealized, "{row:?}");
        }
    }
}

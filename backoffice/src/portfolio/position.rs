//! [`Position`]: average-cost accounting as a pure fold. The total cost is kept exactly; the average is only shown.
//!
//! Selling `q` of `Q` for `proceeds` takes the cost share `cost × q ÷ Q`, rounded half to even at 10⁻⁸, and realizes `proceeds − share`;
//! the remainder of the cost stays with the position, and the last unit takes all that is left. So, always and exactly:
//! `cost − realized = Σ cash paid − Σ cash received`.
//!
//! A position may be short: between topics a sale can be seen before the transfer that brought the stock. Then `qty` and `cost` are
//! below zero and everything holds with the signs turned.

use crate::amount::scale_half_even;

/// What an account holds of an instrument; all numbers count 10⁻⁸.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Quantity; below zero when short.
    pub qty: i128,
    /// What it cost in total.
    pub cost: i128,
    /// Profit and loss realized by trades.
    pub realized: i128,
}

/// Why a position changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A trade: closing realizes profit and loss.
    Trade,
    /// Securities moved in or out: closing takes the cost along and realizes nothing.
    Transfer,
}

/// One change of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Why.
    pub cause: Cause,
    /// How much came (above zero) or went.
    pub qty: i128,
    /// What was paid for it (above zero) or received; its sign is that of `qty`, or it is zero.
    pub cash: i128,
}

impl Position {
    /// The position after a change; nothing when a number does not fit `i128`.
    #[must_use]
    pub fn after(self, change: Change) -> Option<Self> {
        if change.qty == 0 {
            return Some(self);
        }
        if self.qty == 0 || self.qty.signum() == change.qty.signum() {
            return self.open(change.qty, change.cash);
        }
        let (held, moved) = (self.qty.checked_abs()?, change.qty.checked_abs()?);
        if moved <= held {
            let share = scale_half_even(self.cost, moved, held)?;
            return self.close(change.cause, change.qty, change.cash, share);
        }
        let closing_cash = scale_half_even(change.cash, held, moved)?;
        self.close(change.cause, -self.qty, closing_cash, self.cost)?
            .open(
                change.qty.checked_add(self.qty)?,
                change.cash.checked_sub(closing_cash)?,
            )
    }

    fn open(self, qty: i128, cash: i128) -> Option<Self> {
        Some(Self {
            qty: self.qty.checked_add(qty)?,
            cost: self.cost.checked_add(cash)?,
            realized: self.realized,
        })
    }

    fn close(self, cause: Cause, qty: i128, cash: i128, share: i128) -> Option<Self> {
        let realized = match cause {
            Cause::Trade => self.realized.checked_sub(cash)?.checked_sub(share)?,
            Cause::Transfer => self.realized,
        };
        Some(Self {
            qty: self.qty.checked_add(qty)?,
            cost: self.cost.checked_sub(share)?,
            realized,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn trade(qty: i128, cash: i128) -> Change {
        Change {
            cause: Cause::Trade,
            qty,
            cash,
        }
    }

    fn transfer(qty: i128, cash: i128) -> Change {
        Change {
            cause: Cause::Transfer,
            qty,
            cash,
        }
    }

    fn fold(changes: &[Change]) -> (i128, i128, i128) {
        let end = changes
            .iter()
            .try_fold(Position::default(), |position, change| {
                position.after(*change)
            })
            .unwrap();
        (end.qty, end.cost, end.realized)
    }

    #[test]
    fn table() {
        for (name, changes, expected) in [
            ("buy", vec![trade(10, 1000)], (10, 1000, 0)),
            (
                "buy twice",
                vec![trade(10, 1000), trade(10, 2000)],
                (20, 3000, 0),
            ),
            (
                "sell part",
                vec![trade(10, 1000), trade(-4, -600)],
                (6, 600, 200),
            ),
            (
                "sell all",
                vec![trade(10, 1000), trade(-10, -900)],
                (0, 0, -100),
            ),
            (
                "thirds keep the remainder",
                vec![trade(3, 100), trade(-1, -50)],
                (2, 67, 17),
            ),
            (
                "and the last takes it",
                vec![trade(3, 100), trade(-1, -50), trade(-2, -50)],
                (0, 0, 0),
            ),
            (
                "half goes to even",
                vec![trade(2, 5), trade(-1, -5)],
                (1, 3, 3),
            ),
            (
                "given stock",
                vec![transfer(5, 500), trade(-5, -700)],
                (0, 0, 200),
            ),
            (
                "taken stock realizes nothing",
                vec![trade(10, 1000), transfer(-4, -900)],
                (6, 600, 0),
            ),
            ("short first", vec![trade(-5, -700)], (-5, -700, 0)),
            (
                "short, then bought",
                vec![trade(-5, -700), trade(5, 500)],
                (0, 0, 200),
            ),
            (
                "through zero",
                vec![trade(10, 1000), trade(-15, -3000)],
                (-5, -1000, 1000),
            ),
            ("nothing", vec![trade(10, 1000), trade(0, 0)], (10, 1000, 0)),
        ] {
            assert_eq!(fold(&changes), expected, "{name}");
        }
    }

    #[test]
    fn overflow_is_nothing_not_a_wrap() {
        let huge = Position {
            qty: i128::MAX,
            ..Position::default()
        };
        assert_eq!(huge.after(trade(1, 1)), None);
        let dear = Position {
            qty: 3,
            cost: i128::MAX,
            realized: 0,
        };
        assert_eq!(dear.after(trade(-2, -1)), None);
    }

    proptest! {
        #[test]
        fn money_is_conserved(
            changes in prop::collection::vec((-1_000_000_i128..1_000_000, 0_i128..1_000_000_000), 0..50),
        ) {
            let mut position = Position::default();
            let mut paid = 0;
            for (qty, price) in changes {
                let cash = qty.signum() * price;
                position = position.after(trade(qty, cash)).unwrap();
                paid += if qty == 0 { 0 } else { cash };
                prop_assert_eq!(position.cost - position.realized, paid);
                prop_assert!(position.qty != 0 || position.cost == 0);
            }
        }
    }
}

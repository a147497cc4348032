//! Account terms: what an account may do. Its cash, positions and reservations are kept by the market's risk ledger.

use crate::fault::Fault;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// How orders of an account are checked before they reach the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountTerms {
    /// Buying needs free cash, selling needs free stock; both are reserved while an order lives.
    Cash,
    /// No check and no reservation: the order flow of replays, whose accounts have no funds.
    Unchecked,
    /// Buying needs margin instead of cash: cash and positions together must be worth a share of the positions and of what is open. Selling
    /// needs free stock, or what the account may borrow.
    Margin(MarginTerms),
}

/// The terms of an account on margin. Equity is its cash and its positions at their last price, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarginTerms {
    /// Equity that a new order needs, as a share of positions and open orders: basis points, at least `maintenance_bps`, at most 10,000.
    pub initial_bps: u32,
    /// Equity that positions need, as a share of them: basis points, above zero.
    pub maintenance_bps: u32,
    /// Time between a margin call and the closing of positions, in nanoseconds: a second to thirty days.
    pub grace_nanos: u64,
}

const MAX_BPS: u32 = 10_000;
const MIN_GRACE_NANOS: u64 = 1_000_000_000;
const MAX_GRACE_NANOS: u64 = 30 * 86_400_000_000_000;

impl AccountTerms {
    /// Whether the figures are in range.
    ///
    /// # Errors
    /// [`Refusal::BadMargin`] otherwise.
    pub fn check(&self) -> Result<(), Refusal> {
        match self {
            Self::Margin(terms) => terms.examine().map_err(|_| Refusal::BadMargin),
            Self::Cash | Self::Unchecked => Ok(()),
        }
    }
}

impl MarginTerms {
    /// Whether the figures are in range, and which one is not.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn examine(&self) -> Result<(), Fault> {
        let maintenance = (1..=self.initial_bps).contains(&self.maintenance_bps);
        Fault::unless(maintenance, "maintenance_bps", "be 1 to initial_bps")?;
        let initial = self.initial_bps <= MAX_BPS;
        Fault::unless(initial, "initial_bps", "be at most 10000 basis points")?;
        let grace = (MIN_GRACE_NANOS..=MAX_GRACE_NANOS).contains(&self.grace_nanos);
        Fault::unless(grace, "grace_nanos", "be a second to thirty days")
    }
}

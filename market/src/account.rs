//! Account terms: what an account may do. Its cash, positions and reservations are kept by the market's risk ledger.

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
        let Self::Margin(terms) = self else {
            return Ok(());
        };
        let shares = terms.maintenance_bps > 0
            && terms.maintenance_bps <= terms.initial_bps
            && terms.initial_bps <= MAX_BPS;
        if shares && (MIN_GRACE_NANOS..=MAX_GRACE_NANOS).contains(&terms.grace_nanos) {
            Ok(())
        } else {
            Err(Refusal::BadMargin)
        }
    }
}

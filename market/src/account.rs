//! Account terms: what an account may do. Its cash, positions and reservations are kept by the market's risk ledger.

use serde::{Deserialize, Serialize};

/// How orders of an account are checked before they reach the book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountTerms {
    /// Buying needs free cash, selling needs free stock; both are reserved while an order lives.
    Cash,
    /// No check and no reservation: the order flow of replays, whose accounts have no funds.
    Unchecked,
}

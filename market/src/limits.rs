//! [`Limits`]: how much a market may hold, and how it treats an account that meets itself. Set once, when the market is made;
//! part of what a replay must repeat. Knows no rule that depends on an instrument.

use serde::{Deserialize, Serialize};

/// What happens when an order reaches a resting order of the same account. Checked maker by maker, as they are reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelfTrade {
    /// They trade.
    #[default]
    Allow,
    /// The rest of the arriving order is cancelled.
    CancelNewest,
    /// The resting order is cancelled and matching goes on.
    CancelOldest,
    /// Both are cancelled.
    CancelBoth,
    /// Both lose the smaller leaves quantity, from leaves and from total, without a trade; one at zero is cancelled.
    DecrementAndCancel,
}

/// Bounds of one market. A command that would pass one is refused; nothing grows without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Assets. Default 1,000.
    pub max_assets: u32,
    /// Instruments. Default 100,000.
    pub max_instruments: u32,
    /// Participants. Default 100,000.
    pub max_participants: u32,
    /// Accounts. Default 10,000,000.
    pub max_accounts: u32,
    /// Orders that rest at the same time. Default 5,000,000: what may become of all of them in one command, for instance at the end
    /// of a day, is one entry of the journal.
    pub max_live_orders: u32,
    /// ClOrdIDs of accepted orders, replaces and cancels in one trading day, all participants together. Default 100,000,000.
    pub max_cl_ord_ids: u64,
    /// Final orders of the day that status requests and late cancels still find, the latest first. Default 100,000.
    pub max_final_orders: u32,
    /// Transfers remembered for their idempotency; beyond it, transfers are refused. Default 100,000,000.
    pub max_transfers: u64,
    /// Slices that an iceberg may have: MaxFloor is at least OrderQty / this, else one arriving order could cause trades without
    /// end. Default 1,000.
    pub max_slices: u32,
    /// Slices of icebergs that do not show yet, all that are live together: OrderQty / MaxFloor, rounded up, less the one that shows.
    /// Default 3,000,000: each may be a trade of one command, which is one entry of the journal.
    pub max_hidden_slices: u64,
    /// Stops that are triggered, and waiting all-or-none orders that trade, in one command, all instruments together; at least 1. What is
    /// left goes on with the next [`crate::command::Command::Tick`], which is due at once. Default 100.
    pub max_triggers: u32,
    /// Orders that get another price, or are cancelled for it, between those triggers in one command: once there were so many, what is
    /// left goes on in the same way; at least 1. Default 100,000.
    pub max_repriced: u32,
    /// Limits, restrictions and locates that operators may set, all together. Default 1,000,000.
    pub max_risk_settings: u32,
    /// Trades that can still be undone or corrected, the latest. Default 100,000.
    pub max_trades_kept: u32,
    /// Self-trade prevention. Default [`SelfTrade::Allow`].
    pub self_trade: SelfTrade,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_assets: 1_000,
            max_instruments: 100_000,
            max_participants: 100_000,
            max_accounts: 10_000_000,
            max_live_orders: 5_000_000,
            max_cl_ord_ids: 100_000_000,
            max_final_orders: 100_000,
            max_transfers: 100_000_000,
            max_slices: 1_000,
            max_hidden_slices: 3_000_000,
            max_triggers: 100,
            max_repriced: 100_000,
            max_risk_settings: 1_000_000,
            max_trades_kept: 100_000,
            self_trade: SelfTrade::Allow,
        }
    }
}

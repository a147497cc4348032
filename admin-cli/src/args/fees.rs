//! The arguments of `fees …`, `tier …` and `self-trade …`. Text in, plain data out.

use crate::args::figure::{FeeRate, OrOff};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use market::id::{AccountName, CompId, Symbol};
use market::money::Money;

/// `fees …`.
#[derive(Debug, Subcommand)]
pub enum Fees {
    /// Show where fees go, what tiers pay, and who is in which.
    Show,
    /// Set the account that fees go to and rebates come from.
    Account {
        /// Its name.
        account: AccountName,
    },
    /// Change what a tier pays in an instrument; what is not said stays.
    Set(SetFees),
}

/// `fees set`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("fee").required(true).multiple(true))]
pub struct SetFees {
    /// Symbol.
    pub symbol: Symbol,
    /// Which tier; tier 0 also holds for tiers that have none of their own.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub tier: u8,
    /// Rate of the side that rested; below zero a rebate.
    #[arg(long, value_name = "RATE", group = "fee", allow_hyphen_values = true)]
    pub maker: Option<FeeRate>,
    /// Rate of the side that arrived.
    #[arg(long, value_name = "RATE", group = "fee", allow_hyphen_values = true)]
    pub taker: Option<FeeRate>,
    /// The least that the first trade of an order costs.
    #[arg(long, value_name = "AMOUNT", group = "fee")]
    pub minimum: Option<Money>,
}

/// `tier …`.
#[derive(Debug, Subcommand)]
pub enum Tier {
    /// Put a participant into a tier of fees; everybody begins in tier 0.
    Set {
        /// CompID.
        comp_id: CompId,
        /// Which.
        tier: u8,
    },
}

/// `self-trade …`.
#[derive(Debug, Subcommand)]
pub enum SelfTrade {
    /// Show what self-trade prevention does with a participant's orders.
    Show {
        /// CompID.
        comp_id: CompId,
    },
    /// Change it; what is not said stays.
    #[command(group = ArgGroup::new("prevention").required(true).multiple(true))]
    Set {
        /// CompID.
        comp_id: CompId,
        /// Orders of participants of one group may not trade with each other.
        #[arg(long, value_name = "N|off", group = "prevention")]
        group: Option<OrOff<u32>>,
        /// What happens when an order of it reaches one that it may not trade with.
        #[arg(long, value_enum, group = "prevention")]
        mode: Option<Mode>,
    },
}

/// What happens when orders may not trade with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// They trade all the same.
    Allow,
    /// The rest of the arriving order is cancelled.
    CancelNewest,
    /// The resting order is cancelled, matching goes on.
    CancelOldest,
    /// Both are cancelled.
    CancelBoth,
    /// Both lose the smaller open quantity.
    DecrementAndCancel,
    /// What the venue does with orders of all others.
    Venue,
}

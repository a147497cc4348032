//! The arguments of `trade …`. Text in, plain data out.

use crate::args::figure::count;
use clap::Subcommand;
use market::price::Price;
use market::qty::Qty;

/// `trade …`. TRADE is its number: SecondaryExecID (527) in both sides' reports.
#[derive(Debug, Subcommand)]
pub enum Trade {
    /// The latest trades, oldest first.
    List {
        /// How many at most; 1 to 1000.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = count())]
        last: u32,
        /// Only those that something is proposed about.
        #[arg(long)]
        proposed: bool,
    },
    /// A trade as it stands, and what is proposed about it.
    Show {
        /// Its number.
        trade: u64,
    },
    /// Propose to undo a trade; another operator approves within a quarter of an hour.
    Bust {
        /// Its number.
        trade: u64,
    },
    /// Propose another price or a lower quantity for a trade; another operator approves within a quarter of an hour.
    Correct {
        /// Its number.
        trade: u64,
        /// The price; without it, it stays.
        #[arg(long, required_unless_present = "qty")]
        price: Option<Price>,
        /// The quantity, at most what it was; without it, it stays.
        #[arg(long)]
        qty: Option<Qty>,
    },
    /// Approve what another operator has proposed: it is done.
    Approve {
        /// Its number.
        trade: u64,
    },
    /// Take back what is proposed.
    Withdraw {
        /// Its number.
        trade: u64,
    },
}

//! The arguments of `phase`. Text in, plain data out.

use clap::{Args, Subcommand, ValueEnum};
use market::id::Symbol;
use market::instrument::Auction;

/// `phase`.
#[derive(Debug, Args)]
pub struct Phase {
    /// Symbol.
    pub symbol: Symbol,
    /// Where it goes.
    #[command(subcommand)]
    pub to: To,
}

/// Where an instrument goes.
#[derive(Debug, Subcommand)]
pub enum To {
    /// Orders enter, nothing trades; from closed or post-trade.
    PreOpen,
    /// The call of an auction.
    Call {
        /// Which.
        #[arg(value_enum)]
        auction: Which,
        /// Its earliest end: a time like 2026-11-26T17:35:00Z, or +90s, +5m, +1h from now on; it ends at random soon after.
        #[arg(long, value_name = "TIME")]
        until: String,
    },
    /// Continuous trading; a call ends with its auction.
    Open,
    /// The end of trading without a closing auction; a call ends with its auction.
    PostTrade,
    /// Closed until the next pre-open; orders of the day expire.
    Close,
}

/// Which auction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// Before continuous trading; from closed, pre-open or halted.
    Opening,
    /// Within continuous trading.
    Intraday,
    /// Within continuous trading, or out of a halt.
    Volatility,
    /// After continuous trading.
    Closing,
}

impl From<Which> for Auction {
    fn from(which: Which) -> Self {
        match which {
            Which::Opening => Self::Opening,
            Which::Intraday => Self::Intraday,
            Which::Volatility => Self::Volatility,
            Which::Closing => Self::Closing,
        }
    }
}

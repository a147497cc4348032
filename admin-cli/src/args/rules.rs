//! The arguments of `rules …`. Text in, plain data out.

use crate::args::figure::{OrOff, Share, Span};
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use market::id::Symbol;
use market::money::Money;

/// `rules …`.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Show the rules of an instrument.
    Show {
        /// Symbol.
        symbol: Symbol,
    },
    /// Change rules of an instrument; what is not said stays.
    Set(Box<SetRules>),
}

/// `rules set`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("rule").required(true).multiple(true))]
pub struct SetRules {
    /// Symbol.
    pub symbol: Symbol,
    /// How far a market order or a triggered stop may walk from the best opposite price.
    #[arg(long, value_name = "SHARE|off", group = "rule")]
    pub collar: Option<OrOff<Share>>,
    /// Band around the last auction price, else the previous close.
    #[arg(long, value_name = "SHARE|off", group = "rule")]
    pub static_band: Option<OrOff<Share>>,
    /// Band around the last trade.
    #[arg(long, value_name = "SHARE|off", group = "rule")]
    pub dynamic_band: Option<OrOff<Share>>,
    /// Limit-up limit-down of a tier.
    #[arg(long, value_name = "1|2|off", value_enum, group = "rule")]
    pub limit_up_limit_down: Option<LuldTier>,
    /// What stops look at.
    #[arg(long, value_enum, group = "rule")]
    pub stop_trigger: Option<Trigger>,
    /// Whether a market order is refused when the other side is empty.
    #[arg(long, value_name = "true|false", group = "rule")]
    pub market_needs_opposite: Option<bool>,
    /// Greatest price × quantity of an order.
    #[arg(long, value_name = "AMOUNT|off", group = "rule")]
    pub max_notional: Option<OrOff<Money>>,
    /// How far an order's price may be from the reference price.
    #[arg(long, value_name = "SHARE|off", group = "rule")]
    pub fat_finger: Option<OrOff<Share>>,
    /// Time within which an order like another is refused.
    #[arg(long, value_name = "TIME|off", group = "rule")]
    pub duplicates: Option<OrOff<Span>>,
    /// Length of a volatility auction before its random end.
    #[arg(long, value_name = "TIME", group = "rule")]
    pub volatility_call: Option<Span>,
    /// Window within which a call ends at a random instant.
    #[arg(long, value_name = "TIME", group = "rule")]
    pub random_end: Option<Span>,
}

/// Tiers of limit-up limit-down, by their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LuldTier {
    /// 5 % above 3.00.
    #[value(name = "1")]
    One,
    /// 10 % above 3.00.
    #[value(name = "2")]
    Two,
    /// None.
    Off,
}

/// What triggers a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Trigger {
    /// The last trade.
    LastTrade,
    /// The best price of the other side.
    BestOpposite,
}

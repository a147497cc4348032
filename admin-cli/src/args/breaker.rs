//! The arguments of `breaker` and `index`. Text in, plain data out.

use crate::args::figure::{OrOff, Share, Span};
use clap::{ArgGroup, Args, Subcommand};
use market::id::Symbol;
use market::money::Money;
use market::text::Text;

/// `breaker …`.
#[derive(Debug, Subcommand)]
pub enum Breaker {
    /// Show the figures, the index, and what is held.
    Show,
    /// Change figures; what is not said stays.
    Set(SetBreaker),
    /// Trip it by hand, or as a drill, which halts all the same and says in everything that it is one.
    Trip {
        /// Which level: 1 and 2 halt everything, 3 closes everything until the end of the day.
        #[arg(long, value_parser = clap::value_parser!(u8).range(1..=3))]
        level: u8,
        /// It is a drill.
        #[arg(long)]
        drill: bool,
        /// Why, told to participants: 1 to 48 printable characters.
        #[arg(long)]
        reason: Text<48>,
        /// Do it; without this nothing is done.
        #[arg(long, required = true)]
        yes: bool,
    },
}

/// `breaker set`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("figure").required(true).multiple(true))]
pub struct SetBreaker {
    /// Fall of the index that trips level 1.
    #[arg(long = "level-1", value_name = "SHARE", group = "figure")]
    pub one: Option<Share>,
    /// Fall that trips level 2.
    #[arg(long = "level-2", value_name = "SHARE", group = "figure")]
    pub two: Option<Share>,
    /// Fall that trips level 3.
    #[arg(long = "level-3", value_name = "SHARE", group = "figure")]
    pub three: Option<Share>,
    /// How long levels 1 and 2 halt.
    #[arg(long, value_name = "SPAN", group = "figure")]
    pub halt: Option<Span>,
    /// Levels 1 and 2 do not trip by themselves so long before continuous trading ends.
    #[arg(long, value_name = "SPAN", group = "figure")]
    pub quiet: Option<Span>,
}

/// `index …`.
#[derive(Debug, Subcommand)]
pub enum Index {
    /// Show the index and its components.
    Show,
    /// Say how many units of an instrument are in it; 0 takes it out. Its close is unknown then.
    Weight {
        /// Symbol.
        symbol: Symbol,
        /// How many units.
        weight: u32,
    },
    /// Say what it was at yesterday's close; `off`: the breaker does not trip by itself.
    Close {
        /// In the currency of its components.
        #[arg(value_name = "AMOUNT|off")]
        close: OrOff<Money>,
    },
}

//! The arguments of `kill` and `reinstate`. Text in, plain data out.

use clap::Args;
use market::id::{AccountName, CompId, Symbol};
use market::text::Text;

/// `kill`.
#[derive(Debug, Args)]
pub struct Kill {
    /// Whose orders.
    #[command(flatten)]
    pub whose: Whose,
    /// Why, for the journal: 1 to 80 printable characters.
    #[arg(long)]
    pub reason: Text<80>,
    /// Refuse new orders and replaces, too, until `reinstate`.
    #[arg(long)]
    pub suspend: bool,
    /// Do it; without this the orders are only counted.
    #[arg(long)]
    pub yes: bool,
}

/// Whose orders: exactly one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Whose {
    /// Everybody's.
    #[arg(long)]
    pub all: bool,
    /// Those that a participant has entered.
    #[arg(long, value_name = "COMP_ID")]
    pub participant: Option<CompId>,
    /// Those for an account, whoever has entered them.
    #[arg(long, value_name = "NAME")]
    pub account: Option<AccountName>,
    /// Those in an instrument.
    #[arg(long, value_name = "SYMBOL")]
    pub instrument: Option<Symbol>,
}

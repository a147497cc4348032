//! The arguments of `limits …`, `restrict …`, `short …` and `account …`. Text in, plain data out.

use crate::args::figure::{OrOff, Share, Span};
use crate::failure::Failure;
use clap::{ArgGroup, Args, Subcommand};
use market::control::limits::Restrictee;
use market::id::{AccountName, AssetCode, CompId, Symbol};
use market::money::Money;
use market::qty::Qty;

/// `limits …`.
#[derive(Debug, Subcommand)]
pub enum Limits {
    /// Show the limits of a participant or an account.
    Show(Holder),
    /// Change limits of a participant or an account; what is not said stays.
    Set(Box<SetLimits>),
}

/// A participant or an account: exactly one of these.
#[derive(Debug, Args)]
#[group(id = "holder", required = true, multiple = false)]
pub struct Holder {
    /// A participant.
    #[arg(long, value_name = "COMP_ID")]
    pub participant: Option<CompId>,
    /// An account.
    #[arg(long, value_name = "NAME")]
    pub account: Option<AccountName>,
}

impl Holder {
    /// Who it is.
    ///
    /// # Errors
    /// When neither is given, which the command line refuses.
    pub fn who(&self) -> Result<Restrictee, Failure> {
        let participant = self.participant.map(Restrictee::Participant);
        let who = participant.or(self.account.map(Restrictee::Account));
        who.ok_or_else(|| Failure::Usage("--participant or --account is required".to_owned()))
    }
}

/// `limits set`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("limit").required(true).multiple(true))]
#[command(group = ArgGroup::new("exposure").multiple(true))]
#[command(group = ArgGroup::new("of-participant").multiple(true).conflicts_with("account"))]
#[command(group = ArgGroup::new("of-account").multiple(true).conflicts_with("participant"))]
pub struct SetLimits {
    /// Whose.
    #[command(flatten)]
    pub holder: Holder,
    /// Orders and replaces that a participant may send in a second.
    #[arg(long, value_name = "N|off", groups = ["limit", "of-participant"])]
    pub orders_per_second: Option<OrOff<u32>>,
    /// How many of them at once after a pause [default: as many as in a second]; not with --orders-per-second off.
    #[arg(
        long,
        value_name = "N",
        requires = "orders_per_second",
        group = "of-participant"
    )]
    pub burst: Option<u32>,
    /// Orders of a participant that may be open.
    #[arg(long, value_name = "N|off", groups = ["limit", "of-participant"])]
    pub open_orders: Option<OrOff<u32>>,
    /// The currency of --credit, --gross and --net.
    #[arg(
        long,
        value_name = "ASSET",
        requires = "exposure",
        group = "of-participant"
    )]
    pub currency: Option<AssetCode>,
    /// What a participant may come to owe: bought less sold, with all open buys.
    #[arg(long, value_name = "AMOUNT|off", requires = "currency", groups = ["limit", "exposure", "of-participant"])]
    pub credit: Option<OrOff<Money>>,
    /// What a participant may have at stake, both sides together.
    #[arg(long, value_name = "AMOUNT|off", requires = "currency", groups = ["limit", "exposure", "of-participant"])]
    pub gross: Option<OrOff<Money>>,
    /// What a participant may have at stake, one side less the other.
    #[arg(long, value_name = "AMOUNT|off", requires = "currency", groups = ["limit", "exposure", "of-participant"])]
    pub net: Option<OrOff<Money>>,
    /// The instrument of --max-long and --max-short.
    #[arg(long, value_name = "SYMBOL", group = "of-account")]
    pub instrument: Option<Symbol>,
    /// The most that an account may hold, with all open buys.
    #[arg(long, value_name = "QTY|off", requires = "instrument", groups = ["limit", "of-account"])]
    pub max_long: Option<OrOff<Qty>>,
    /// The most that an account may be short, with all open sells.
    #[arg(long, value_name = "QTY|off", requires = "instrument", groups = ["limit", "of-account"])]
    pub max_short: Option<OrOff<Qty>>,
}

/// `restrict …`.
#[derive(Debug, Subcommand)]
pub enum Restrict {
    /// Show the restricted list.
    List,
    /// Refuse orders and replaces in an instrument; cancels are taken.
    Add(Restricted),
    /// Take them again.
    Remove(Restricted),
}

/// Whose trading in which instrument.
#[derive(Debug, Args)]
pub struct Restricted {
    /// Whose.
    #[command(flatten)]
    pub holder: Holder,
    /// In which instrument.
    #[arg(long, value_name = "SYMBOL")]
    pub instrument: Symbol,
}

/// `short …`.
#[derive(Debug, Subcommand)]
pub enum Short {
    /// Let an account sell short, as far as stock is located for it.
    Allow {
        /// Its name.
        account: AccountName,
    },
    /// Let it sell short no more; orders that rest stay.
    Forbid {
        /// Its name.
        account: AccountName,
    },
    /// Set how far an account may be short in an instrument, open sells included; 0 takes it back.
    Locate {
        /// Its name.
        account: AccountName,
        /// Symbol.
        symbol: Symbol,
        /// How much.
        qty: Qty,
    },
}

/// `account …`.
#[derive(Debug, Subcommand)]
pub enum Account {
    /// Show how an account is checked, and its limits.
    Show {
        /// Its name.
        account: AccountName,
    },
    /// Open an account; repeating it is harmless.
    Open(OpenAccount),
}

/// `account open`.
#[derive(Debug, Args)]
pub struct OpenAccount {
    /// Its name, 1 to 20 printable characters.
    pub account: AccountName,
    /// On margin; without this its buys need cash.
    #[arg(long, requires_all = ["initial", "maintenance"])]
    pub margin: bool,
    /// Equity that a new order needs, as a share of positions and open orders.
    #[arg(long, value_name = "SHARE", requires = "margin")]
    pub initial: Option<Share>,
    /// Equity that positions need, as a share of them: below it there is a margin call.
    #[arg(long, value_name = "SHARE", requires = "margin")]
    pub maintenance: Option<Share>,
    /// Time between a margin call and the closing of positions [default: 1h].
    #[arg(long, value_name = "TIME", requires = "margin")]
    pub grace: Option<Span>,
}

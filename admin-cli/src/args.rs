//! The command line of `loggiactl`: what may be asked, with which flags. Text in, [`Cli`] out; it carries nothing out.

use crate::failure::EXIT_CODES;
use clap::{Args, Parser, Subcommand, ValueEnum};
use market::id::Symbol;
use std::path::PathBuf;

/// The operator's program of Loggia: asks the exchange and shows, or works offline on FIX messages and order flows.
#[derive(Debug, Parser)]
#[command(name = "loggiactl", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// How answers are written.
    #[arg(long, global = true, value_enum, default_value_t = Output::Table, env = "LOGGIACTL_OUTPUT")]
    pub output: Output,
    /// Where the exchange is and who asks.
    #[command(flatten)]
    pub reach: Reach,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people.
    Table,
    /// For programs: the control port's own types.
    Json,
}

/// Where the exchange is and who asks: flags win over the credentials file.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Connection")]
pub struct Reach {
    /// Address of the control port [default: from the credentials file, else https://127.0.0.1:9443].
    #[arg(long, global = true, value_name = "URL", env = "LOGGIACTL_SERVER")]
    pub server: Option<String>,
    /// PEM file of the CA that signed the server's certificate.
    #[arg(long, global = true, value_name = "FILE", env = "LOGGIACTL_CA")]
    pub ca: Option<PathBuf>,
    /// PEM file of the client certificate.
    #[arg(long, global = true, value_name = "FILE", env = "LOGGIACTL_CERT")]
    pub cert: Option<PathBuf>,
    /// PEM file of the client certificate's key.
    #[arg(long, global = true, value_name = "FILE", env = "LOGGIACTL_KEY")]
    pub key: Option<PathBuf>,
    /// The credentials.json of a development venue [default: loggia-data/credentials.json if it is there].
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "LOGGIACTL_CREDENTIALS"
    )]
    pub credentials: Option<PathBuf>,
    /// Give up after this many seconds.
    #[arg(long, global = true, value_name = "SECONDS", env = "LOGGIACTL_TIMEOUT_SECS",
          default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub timeout_secs: u64,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The venue at a glance.
    Status,
    /// The FIX sessions: who is logged on, from where, at which sequence numbers.
    Sessions,
    /// The instruments with their phase and last price.
    Instruments,
    /// The order book of an instrument by price level, best first.
    Book {
        /// Symbol, for instance ACME.
        symbol: Symbol,
    },
    /// Stop trading in an instrument; resting orders stay, cancels are taken.
    Halt {
        /// Symbol.
        symbol: Symbol,
        /// Why, told to participants: 1 to 80 printable characters.
        #[arg(long)]
        reason: market::text::Text<80>,
    },
    /// End a halt.
    Resume {
        /// Symbol.
        symbol: Symbol,
    },
    /// Works on FIX messages, offline.
    #[command(subcommand)]
    Fix(Fix),
    /// Works on the market's rules, offline.
    #[command(subcommand)]
    Market(Market),
}

/// Works on FIX messages.
#[derive(Debug, Subcommand)]
pub enum Fix {
    /// Take a FIX 4.4 message apart: a line a field, with its name and the meaning of its value.
    Explain {
        /// The message with `|`, `^A` or SOH between fields; `-` for standard input, or a file: one message a line.
        #[arg(value_name = "MESSAGE|FILE|-")]
        message: String,
        /// A QuickFIX data dictionary [default: FIX 4.4 with Loggia's own fields].
        #[arg(long, value_name = "FILE")]
        dictionary: Option<PathBuf>,
    },
}

/// Works on the market's rules.
#[derive(Debug, Subcommand)]
pub enum Market {
    /// Replay a file of orders with the venue's own matching; print the rate, counts and digests.
    Replay(Replay),
}

/// `market replay`.
#[derive(Debug, Args)]
pub struct Replay {
    /// The order flow: CSV with the header `seq,op,sym,oid,orig,acct,side,tif,price,qty,disp`.
    #[arg(value_name = "OPS.csv")]
    pub operations: PathBuf,
    /// What happens when an account would trade with itself.
    #[arg(long, value_enum, default_value_t = SelfTrade::None)]
    pub stp: SelfTrade,
    /// Write the trades, a line each: `n,sym,maker_oid,taker_oid,taker_side,price,qty`.
    #[arg(long, value_name = "FILE")]
    pub trades: Option<PathBuf>,
    /// Write the outcomes, a line an operation: `seq,code,cum,leaves`.
    #[arg(long, value_name = "FILE")]
    pub outcomes: Option<PathBuf>,
    /// Write the book at the end: `sym,side,price,oid,leaves,shown`.
    #[arg(long, value_name = "FILE")]
    pub book: Option<PathBuf>,
}

/// Self-trade prevention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SelfTrade {
    /// It trades.
    None,
    /// The newer order's remainder is cancelled.
    Cn,
    /// The older order is cancelled.
    Co,
    /// Both are cancelled.
    Cb,
    /// Both lose the smaller open quantity.
    Dc,
}

//! The command line of `loggiactl`: what may be asked, with which flags. Text in, [`Cli`] out; it carries nothing out.

pub mod breaker;
pub mod fees;
pub mod figure;
pub mod halt;
pub mod kill;
pub mod limits;
pub mod phase;
pub mod rules;
pub mod session;
pub mod trade;

use crate::args::breaker::{Breaker, Index};
use crate::args::fees::{Fees, Tier};
use crate::args::halt::{Group, Halt, Halts, Resume};
use crate::args::kill::{Kill, Whose};
use crate::args::limits::{Account, Limits, Restrict, Short};
use crate::args::phase::Phase;
use crate::args::rules::RulesCommand;
use crate::args::session::{Session, Tail};
use crate::args::trade::Trade;
use crate::failure::EXIT_CODES;
use clap::{Args, Parser, Subcommand, ValueEnum};
use market::id::Symbol;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

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
    /// Give up after this many seconds; the exchange answers within 10, and says so when it could not.
    #[arg(long, global = true, value_name = "SECONDS", env = "LOGGIACTL_TIMEOUT_SECS",
          default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
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
        /// How many levels of a side at most; 1 to 1000.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = figure::count())]
        depth: u32,
    },
    /// Stop trading in an instrument, a group or all: now or at a time, until a time or until resumed.
    Halt(Halt),
    /// End a halt: trading goes on through an auction, or at once.
    Resume(Resume),
    /// What is halted, and halts that wait for their time.
    #[command(subcommand)]
    Halts(Halts),
    /// Groups of instruments, to halt them together.
    #[command(subcommand)]
    Group(Group),
    /// The market-wide breaker: show it, change its figures, trip it.
    #[command(subcommand)]
    Breaker(Breaker),
    /// The index that the market-wide breaker looks at.
    #[command(subcommand)]
    Index(Index),
    /// Place an instrument into a phase by hand; a calendar goes on with its next phase, after a close with the next day.
    Phase(Phase),
    /// The kill switch: cancel every open order of a participant, an account, an instrument or all; without --yes count them.
    Kill(Kill),
    /// End a suspension by the kill switch.
    Reinstate(Whose),
    /// The rules of an instrument: collar, bands, sizes, duplicates, calls.
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Limits of participants and accounts: pace, open orders, credit, exposure, positions.
    #[command(subcommand)]
    Limits(Limits),
    /// The restricted list: what a participant may not trade, or nobody for an account.
    #[command(subcommand)]
    Restrict(Restrict),
    /// Who may sell short, and how much.
    #[command(subcommand)]
    Short(Short),
    /// Accounts: open one, also on margin; show one.
    #[command(subcommand)]
    Account(Account),
    /// Fees: where they go, what a tier pays in an instrument.
    #[command(subcommand)]
    Fees(Fees),
    /// Tiers of fees.
    #[command(subcommand)]
    Tier(Tier),
    /// Self-trade prevention of a participant's orders.
    #[command(subcommand)]
    SelfTrade(fees::SelfTrade),
    /// Trades: show, undo or correct them, by two operators.
    #[command(subcommand)]
    Trade(Trade),
    /// Participants and their sessions: add, change, disable, enable, remove, numbers, log out.
    #[command(subcommand)]
    Session(Session),
    /// The latest commands of operators: who, when, what, and what came of it.
    Audit {
        /// How many at most; 1 to 1000.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = figure::count())]
        last: u32,
    },
    /// Works on FIX messages.
    #[command(subcommand)]
    Fix(Fix),
    /// Works on the market's rules, offline.
    #[command(subcommand)]
    Market(Market),
    /// Works on the journal's files, offline; they are only read.
    #[command(subcommand)]
    Journal(Journal),
}

/// Works on the journal's files, offline; they are only read. DATA is a data folder, or a folder of segments, for instance of archived ones.
#[derive(Debug, Subcommand)]
pub enum Journal {
    /// What there is: segments, snapshots, and which segments no start needs any more.
    Stat {
        /// The data folder, for instance loggia-data.
        data: PathBuf,
    },
    /// Check every byte of segments and snapshots: ends with 0 when all is sound, 8 with a torn tail that nobody writes, 9 when it is damaged,
    /// and says where.
    Verify {
        /// The data folder, for instance loggia-data.
        data: PathBuf,
    },
    /// Replay with the venue's own rules and compare every event: ends with 0 when all are the same, torn tail or not, 10 at the first that
    /// differs.
    Replay {
        /// The data folder, for instance loggia-data.
        data: PathBuf,
        /// Begin with the newest snapshot, not with the first entry.
        #[arg(long)]
        from_snapshot: bool,
    },
    /// The entries as text, one a line, hashes of passwords left out.
    Dump {
        /// The data folder, for instance loggia-data.
        data: PathBuf,
        /// Of these numbers only: `7`, `FROM..TO` or `FROM..`, both ends included.
        #[arg(long, value_name = "FROM..TO")]
        entries: Option<Range>,
    },
}

/// Works on FIX messages.
#[derive(Debug, Subcommand)]
pub enum Fix {
    /// Take FIX 4.4 messages apart: names, meanings, what is wrong, and what the venue's session would do.
    Explain {
        /// The message with `|`, `^A` or SOH between fields; `-` for standard input, or a file.
        #[arg(value_name = "MESSAGE|FILE|-", required_unless_present = "file")]
        message: Option<String>,
        /// A log with FIX messages in its lines, words before and behind them; `-` for standard input.
        #[arg(long, value_name = "FILE|-", conflicts_with = "message")]
        file: Option<String>,
        /// A QuickFIX data dictionary [default: FIX44.xml, which the venue checks by].
        #[arg(long, value_name = "FILE")]
        dictionary: Option<PathBuf>,
    },
    /// Follow the messages of a live session, both ways, secrets masked.
    Tail(Tail),
    /// Works on a session's files.
    #[command(subcommand)]
    Store(Store),
}

/// Works on the files that keep a FIX session's numbers and messages; they are only read, also while the venue runs.
#[derive(Debug, Subcommand)]
pub enum Store {
    /// What a session's files hold: numbers, counts, times, segments.
    Inspect {
        /// The session's file, for instance loggia-data/sessions/BOT01.log.
        path: PathBuf,
        /// The messages of these numbers instead, secrets masked: `7`, `FROM..TO` or `FROM..`, both ends included.
        #[arg(long, value_name = "FROM..TO")]
        messages: Option<Range>,
    },
    /// Check every record: ends with 0 when all is sound, 8 with a torn tail, 9 when it is damaged, and says where.
    Verify {
        /// The session's file, for instance loggia-data/sessions/BOT01.log.
        path: PathBuf,
    },
}

/// Numbers of messages or entries, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range(RangeInclusive<u64>);

impl Range {
    /// The numbers.
    pub fn numbers(&self) -> RangeInclusive<u64> {
        self.0.clone()
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            let number = text.parse().map_err(|_| format!("\"{text}\" is no number"));
            number.and_then(|number| {
                if number == 0 {
                    Err("the first is 1".to_owned())
                } else {
                    Ok(number)
                }
            })
        };
        let (from, to) = match text.split_once("..") {
            None => (number(text)?, number(text)?),
            Some((from, "")) => (number(from)?, u64::MAX),
            Some((from, to)) => (number(from)?, number(to)?),
        };
        if from > to {
            return Err(format!("{from} is above {to}"));
        }
        Ok(Self(from..=to))
    }
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

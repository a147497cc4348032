//! The arguments of `halt`, `resume`, `halts` and `group`. Text in, plain data out.

use crate::args::figure::Span;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use market::id::{GroupName, HaltId, Symbol};
use market::text::Text;
use market::time::Timestamp;
use std::str::FromStr;

/// `halt`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("end"))]
pub struct Halt {
    /// Where.
    #[command(flatten)]
    pub which: Which,
    /// Why, told to participants: 1 to 80 printable characters.
    #[arg(long)]
    pub reason: Text<80>,
    /// What becomes of resting orders.
    #[arg(long, value_enum, default_value_t = Orders::CancelOnly)]
    pub orders: Orders,
    /// Why, for programs: HaltReasonChar (327).
    #[arg(long, value_enum)]
    pub code: Option<Code>,
    /// When it begins, for instance 2026-11-27T10:00:00Z [default: now].
    #[arg(long, value_name = "TIME", conflicts_with = "after")]
    pub from: Option<Moment>,
    /// It begins so much later: 30s, 5m.
    #[arg(long = "in", value_name = "SPAN")]
    pub after: Option<Span>,
    /// When trading goes on by itself [default: when an operator says so].
    #[arg(long, value_name = "TIME", group = "end")]
    pub until: Option<Moment>,
    /// How long it lasts: 15m, 1h.
    #[arg(long = "for", value_name = "SPAN", group = "end")]
    pub lasts: Option<Span>,
    /// Trading goes on without an auction then; needs --until or --for.
    #[arg(long, requires = "end")]
    pub at_once: bool,
}

/// `resume`.
#[derive(Debug, Args)]
pub struct Resume {
    /// Where.
    #[command(flatten)]
    pub which: Which,
    /// When, for instance 2026-11-27T10:00:00Z [default: now].
    #[arg(long, value_name = "TIME", conflicts_with = "after")]
    pub at: Option<Moment>,
    /// So much later: 30s, 5m.
    #[arg(long = "in", value_name = "SPAN")]
    pub after: Option<Span>,
    /// Trading goes on without an auction.
    #[arg(long)]
    pub at_once: bool,
}

/// Where: exactly one of these.
#[derive(Debug, Args)]
#[group(id = "where", required = true, multiple = false)]
pub struct Which {
    /// Symbol of one instrument.
    pub symbol: Option<Symbol>,
    /// The instruments of a group.
    #[arg(long, value_name = "GROUP")]
    pub group: Option<GroupName>,
    /// Every instrument.
    #[arg(long)]
    pub all: bool,
}

/// `halts …`.
#[derive(Debug, Subcommand)]
pub enum Halts {
    /// Show what is halted, and the halts that wait for their time.
    Show,
    /// Take a halt back that waits for its time.
    Withdraw {
        /// Its number.
        #[arg(value_name = "NUMBER", value_parser = number)]
        id: HaltId,
    },
}

/// `group …`.
#[derive(Debug, Subcommand)]
pub enum Group {
    /// Show the groups and their instruments.
    Show,
    /// Put an instrument into a group, out of the one that it was in.
    Set {
        /// Symbol.
        symbol: Symbol,
        /// Name of the group.
        group: GroupName,
    },
    /// Take an instrument out of its group.
    Remove {
        /// Symbol.
        symbol: Symbol,
    },
}

/// What becomes of resting orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Orders {
    /// They stay; their owners may cancel them.
    CancelOnly,
    /// They stay; their owners may cancel them, whole or in part.
    Stay,
    /// The venue cancels them.
    Cancel,
}

/// HaltReasonChar (327).
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Code {
    /// I.
    OrderImbalance,
    /// X.
    EquipmentChangeover,
    /// P.
    NewsPending,
    /// D.
    NewsDissemination,
    /// E.
    OrderInflux,
    /// M.
    AdditionalInformation,
}

/// A moment with its offset from UTC: `2026-11-27T10:00:00Z`, `2026-11-27T11:00:00+01:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment(pub Timestamp);

impl FromStr for Moment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let what = "a time with its offset from UTC: 2026-11-27T10:00:00Z";
        let at: jiff::Timestamp = text.parse().map_err(|_| what.to_owned())?;
        let nanos = i64::try_from(at.as_nanosecond()).map_err(|_| "out of range".to_owned())?;
        Ok(Self(Timestamp::from_nanos(nanos)))
    }
}

fn number(text: &str) -> Result<HaltId, String> {
    text.parse().map(HaltId).map_err(|_| "a number".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_an_offset() {
        let ten = Timestamp::from_nanos(1_795_773_600_000_000_000);
        for text in ["2026-11-27T10:00:00Z", "2026-11-27T11:00:00+01:00"] {
            assert_eq!(text.parse(), Ok(Moment(ten)), "{text}");
        }
        for wrong in ["10:00", "2026-11-27", "2026-11-27T10:00:00", "tomorrow"] {
            assert!(wrong.parse::<Moment>().is_err(), "{wrong}");
        }
    }
}

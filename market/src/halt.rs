//! [`Halt`]: what an operator says when trading is to stop: in what, from when until when, what becomes of resting orders, and why.

use crate::scope::Instruments;
use crate::text::Text;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Scheduled halts that wait for their time; more are refused.
pub const MAX_SCHEDULED: usize = 1_000;

/// An operator's word that trading stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halt {
    /// Where.
    pub instruments: Instruments,
    /// What becomes of the orders that rest.
    pub orders: HaltOrders,
    /// When it begins; none, or a time that has passed: now. Who is of a group is asked then.
    pub from: Option<Timestamp>,
    /// When trading goes on by itself; none: when an operator says so.
    pub until: Option<Timestamp>,
    /// Whether trading goes on without an auction at `until`.
    pub at_once: bool,
    /// Why, for programs.
    pub code: HaltCode,
    /// Why, in the operator's words.
    pub reason: Text<80>,
}

impl Halt {
    /// A halt that begins now and ends when an operator says so; orders that rest may be cancelled.
    pub const fn new(instruments: Instruments, reason: Text<80>) -> Self {
        Self {
            instruments,
            orders: HaltOrders::CancelOnly,
            from: None,
            until: None,
            at_once: false,
            code: HaltCode::Other,
            reason,
        }
    }
}

/// What becomes of the orders that rest when their instrument is halted. Nobody enters new ones, whichever it is; an operator may kill.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HaltOrders {
    /// They stay, and their owners may cancel them, no more.
    #[default]
    CancelOnly,
    /// They stay, and their owners may cancel them, whole or in part: a replace that only lowers OrderQty is taken, and the order
    /// keeps its place.
    Stay,
    /// They are cancelled when the halt begins (ExecRestatementReason 378=6).
    Cancel,
}

/// Why trading stops, for programs: HaltReasonChar (327).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HaltCode {
    /// None of the standard's; not sent.
    #[default]
    Other,
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

/// A halt, as it is told with each instrument that it stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HaltFacts {
    /// Why, for programs.
    pub code: HaltCode,
    /// What became of the orders that rested.
    pub orders: HaltOrders,
    /// When trading goes on by itself; none: when an operator says so.
    pub until: Option<Timestamp>,
    /// Whether trading goes on without an auction then.
    pub at_once: bool,
    /// Whether it is a drill.
    pub drill: bool,
}

//! [`Entry`]: one line of the journal. An instruction goes in with its origin; sequence number, time and the events that it caused
//! stand beside it. Everything that the venue tells anybody is derived from entries.

use crate::participant::ParticipantChange;
use market::command::Command;
use market::event::Event;
use market::id::ParticipantId;
use market::refusal::Refusal;
use market::text::Text;
use market::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::fmt;

/// One sequenced instruction with everything it caused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Place in the journal, from 1, without gaps.
    pub seq: u64,
    /// When it was sequenced; never before the entry ahead of it.
    pub at: Timestamp,
    /// Who asked.
    pub origin: Origin,
    /// Trace id that the request carried in, or that was made for it.
    pub trace: TraceId,
    /// What was asked.
    pub instruction: Instruction,
    /// What became of it, in the order in which it happened.
    pub events: Vec<Event>,
}

impl Entry {
    /// The same to be shown: hashes of passwords are left out.
    #[must_use]
    pub fn without_secrets(mut self) -> Self {
        if let Instruction::Participant(change) = &mut self.instruction {
            change.redact();
        }
        self
    }

    /// The change of a participant that this entry made; `None` when it is another entry, or was refused.
    pub fn change(&self) -> Option<&ParticipantChange> {
        match &self.instruction {
            Instruction::Participant(change) if self.events.is_empty() => Some(change),
            _ => None,
        }
    }

    /// Why the market refused what was asked, if it did. A transfer that was refused says so in an event of its own.
    pub fn refusal(&self) -> Option<Refusal> {
        self.events.iter().find_map(|event| match event {
            Event::Refused { refusal } => Some(*refusal),
            _ => None,
        })
    }
}

/// Who asked for an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// The venue itself, for instance at its start.
    System,
    /// An operator over the control port.
    Operator {
        /// Common name of the certificate.
        name: Text<40>,
    },
    /// Another program over the control port, for instance the back office.
    Service {
        /// Common name of the certificate.
        name: Text<40>,
    },
    /// A FIX session.
    Session {
        /// Whose.
        participant: ParticipantId,
        /// How often the session's numbers were reset before (counted by its store).
        incarnation: u32,
        /// MsgSeqNum (34) of the message that asked.
        msg_seq_num: u64,
    },
}

/// What is asked of the exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Instruction {
    /// Something that the market decides.
    Market(Command),
    /// Credentials, rights and session settings of a participant.
    Participant(ParticipantChange),
    /// Nothing: a remark that stands in the journal, for instance that entries were lost here.
    Note {
        /// The remark.
        text: Text<200>,
    },
}

/// Follows one request from the FIX order through journal and bus to the back office. 128 bits, random; shown as 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TraceId(pub u128);

impl TraceId {
    /// A new random id: of a generator that each thread seeds once from the operating system. Nothing rests on nobody guessing it.
    pub fn random() -> Self {
        thread_local! {
            static STATE: Cell<[u64; 2]> = Cell::new(random_words());
        }
        let [high, low] = STATE.get().map(|word| word.wrapping_add(STEP));
        STATE.set([high, low]);
        Self((u128::from(mix(high)) << 64) | u128::from(mix(low)))
    }
}

/// The odd number nearest to 2⁶⁴ over the golden ratio: steps by it pass every state.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// SplitMix64 (Steele, Lea, Flood), without its step.
const fn mix(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Id of a journal's history: made with the journal, random, never changed. `(epoch, seq)` names an entry everywhere and for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Epoch(pub u128);

impl Epoch {
    /// A new random id.
    pub fn random() -> Self {
        Self(random_u128())
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// 128 bits of the operating system's randomness.
fn random_u128() -> u128 {
    let [high, low] = random_words();
    (u128::from(high) << 64) | u128::from(low)
}

fn random_words() -> [u64; 2] {
    let word = || {
        getrandom::u64().expect("the operating system's random source works once the process runs")
    };
    [word(), word()]
}

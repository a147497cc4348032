//! [`EventPlace`]: where an event stands in the exchange's history, in the database's numbers.

use crate::amount;
use crate::error::Error;
use market::topic::Envelope;

/// `(seq, idx)` of an event. Later is greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EventPlace {
    /// Journal entry.
    pub seq: i64,
    /// Which envelope of it.
    pub idx: i64,
}

impl EventPlace {
    /// Where an envelope stands.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when its number does not fit the database.
    pub fn of(envelope: &Envelope) -> Result<Self, Error> {
        Ok(Self {
            seq: amount::seq_to_sql("journal number", envelope.seq)?,
            idx: i64::from(envelope.index),
        })
    }
}

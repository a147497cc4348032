//! Identifiers: dense numbers for what the market keeps in tables, short texts for what participants name.

use crate::text::Text;
use core::fmt;
use serde::{Deserialize, Serialize};

macro_rules! number {
    ($name:ident($inner:ty), $doc:literal) => {
        #[doc = $doc]
        #[derive(
            Clone,
            Copy,
            Debug,
            Default,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            Serialize,
            Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

number!(
    InstrumentId(u32),
    "Dense number of an instrument, in order of listing from 0."
);
number!(
    AccountId(u32),
    "Dense number of an account, in order of opening from 0."
);
number!(
    ParticipantId(u32),
    "Dense number of a participant, in order of admission from 0."
);
number!(
    AssetId(u32),
    "Dense number of an asset (a currency), in order of listing from 0."
);
number!(
    OrderId(u64),
    "Number of an order, from 1, never used twice (OrderID, tag 37)."
);
number!(
    HaltId(u32),
    "Number of a halt that waits for its time, from 1, never used twice."
);
number!(
    TradeId(u64),
    "Number of a trade, from 1, shared by both sides (SecondaryExecID, tag 527)."
);

/// Symbol (tag 55) of an instrument.
pub type Symbol = Text<20>;
/// The venue's name for an account (Account, tag 1).
pub type AccountName = Text<20>;
/// CompID of a participant (tags 49, 56).
pub type CompId = Text<20>;
/// ClOrdID (tag 11) as its sender wrote it.
pub type ClOrdId = Text<36>;
/// Name of a group of instruments.
pub type GroupName = Text<20>;
/// Code of an asset, for instance `USD`.
pub type AssetCode = Text<8>;
/// Idempotency key of a transfer of funds or securities, for instance a UUID.
pub type TransferId = Text<36>;

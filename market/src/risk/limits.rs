//! The limits that an operator sets: of a participant, of a participant in one currency, of an account in one instrument. `None` is no limit.
//! Whether an order keeps them is asked of `risk::watch`.

use crate::fault::Fault;
use crate::id::{AccountId, AssetId, InstrumentId, ParticipantId};
use crate::money::Money;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::risk::ledger::MAX_BALANCE;
use serde::{Deserialize, Serialize};

/// Greatest rate and burst of orders that may be set.
pub const MAX_ORDER_RATE: u32 = 1_000_000;

/// How fast a participant may send orders and replaces that are accepted; cancels are always taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderRate {
    /// How many a second, 1 to [`MAX_ORDER_RATE`].
    pub per_second: u32,
    /// How many at once after a pause, 1 to [`MAX_ORDER_RATE`].
    pub burst: u32,
}

/// What a participant may do at most, whatever it trades.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParticipantLimits {
    /// Its pace.
    pub order_rate: Option<OrderRate>,
    /// How many of its orders may be open.
    pub max_open_orders: Option<u32>,
}

/// What a participant may have at stake in one currency. Open orders count with what they would trade at, trades with what they traded at,
/// from when a limit of the currency was first set, anew each day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExposureLimits {
    /// What it may come to owe: bought less sold, with all open buys.
    pub credit: Option<Money>,
    /// Bought and sold and open, both sides together.
    pub gross: Option<Money>,
    /// Bought less sold with open buys, or sold less bought with open sells, whichever is more.
    pub net: Option<Money>,
}

/// How far the position of an account in an instrument may go, open orders included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionLimits {
    /// The most that it may hold, with all open buys.
    pub max_long: Option<Qty>,
    /// The most that it may be short, with all open sells.
    pub max_short: Option<Qty>,
}

/// Whose trading in an instrument is restricted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Whatever any participant sends for this account.
    Account(AccountId),
    /// Whatever this participant sends.
    Participant(ParticipantId),
}

/// One setting of an operator: it replaces the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskLimit {
    /// The limits of a participant.
    Participant {
        /// Who.
        participant: ParticipantId,
        /// What holds.
        limits: ParticipantLimits,
    },
    /// The limits of a participant in a currency.
    Exposure {
        /// Who.
        participant: ParticipantId,
        /// In which.
        asset: AssetId,
        /// What holds.
        limits: ExposureLimits,
    },
    /// The limits of an account in an instrument.
    Position {
        /// Whose.
        account: AccountId,
        /// In which.
        instrument: InstrumentId,
        /// What holds.
        limits: PositionLimits,
    },
    /// The restricted list: no order and no replace is taken; cancels are.
    Restricted {
        /// Whose.
        subject: Subject,
        /// Which instrument.
        instrument: InstrumentId,
        /// Whether it is on the list.
        is_restricted: bool,
    },
    /// Whether an account may sell short at all.
    ShortSales {
        /// Which.
        account: AccountId,
        /// Whether it may.
        is_allowed: bool,
    },
    /// How much of an instrument is located for an account to borrow: it may be short so far, open sells included.
    Locate {
        /// Which account.
        account: AccountId,
        /// Which instrument.
        instrument: InstrumentId,
        /// How much; zero takes it back.
        qty: Qty,
    },
}

impl ParticipantLimits {
    /// Whether the figures are in range.
    ///
    /// # Errors
    /// [`Refusal::BadLimits`] otherwise.
    pub fn check(&self) -> Result<(), Refusal> {
        self.examine().map_err(|_| Refusal::BadLimits)
    }

    /// The same, and which figure is not.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn examine(&self) -> Result<(), Fault> {
        let Some(rate) = self.order_rate else {
            return Ok(());
        };
        for (field, n) in [
            ("order_rate.per_second", rate.per_second),
            ("order_rate.burst", rate.burst),
        ] {
            Fault::unless((1..=MAX_ORDER_RATE).contains(&n), field, "be 1 to 1000000")?;
        }
        Ok(())
    }
}

impl ExposureLimits {
    /// Whether the figures are in range.
    ///
    /// # Errors
    /// [`Refusal::BadLimits`] otherwise.
    pub fn check(&self) -> Result<(), Refusal> {
        self.examine().map_err(|_| Refusal::BadLimits)
    }

    /// The same, and which figure is not.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn examine(&self) -> Result<(), Fault> {
        for (field, limit) in [
            ("credit", self.credit),
            ("gross", self.gross),
            ("net", self.net),
        ] {
            let is_sound = limit.is_none_or(|limit| (Money::ZERO..=MAX_BALANCE).contains(&limit));
            Fault::unless(is_sound, field, "be zero or more, and fit a balance")?;
        }
        Ok(())
    }
}

impl PositionLimits {
    /// Whether the figures are in range.
    ///
    /// # Errors
    /// [`Refusal::BadLimits`] otherwise.
    pub fn check(&self) -> Result<(), Refusal> {
        self.examine().map_err(|_| Refusal::BadLimits)
    }

    /// The same, and which figure is not.
    ///
    /// # Errors
    /// The first [`Fault`].
    pub fn examine(&self) -> Result<(), Fault> {
        for (field, limit) in [("max_long", self.max_long), ("max_short", self.max_short)] {
            let is_sound = limit.is_none_or(|limit| limit >= Qty::ZERO);
            Fault::unless(is_sound, field, "be zero or more")?;
        }
        Ok(())
    }
}

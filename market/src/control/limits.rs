//! The control port's words for limits: of participants and accounts, the restricted list, short sales, margin. What holds, and what is to
//! hold.

use crate::account::MarginTerms;
use crate::control::setting::{Setting, changed, given};
use crate::id::{AccountName, AssetCode, CompId, Symbol};
use crate::money::Money;
use crate::qty::Qty;
use crate::risk::limits::{ExposureLimits, OrderRate, ParticipantLimits, PositionLimits};
use crate::risk::watch::{Exposure, OpenQty};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The limits of a participant, and what of them is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantLimitsStatus {
    /// Who.
    pub participant: CompId,
    /// Whatever it trades.
    pub limits: ParticipantLimits,
    /// What of that is used; absent where nothing is counted, since no limit was ever set.
    pub used: Option<ParticipantUse>,
    /// By currency, where any are set.
    pub exposures: Vec<ExposureStatus>,
    /// What it may not trade.
    pub restricted: Vec<Symbol>,
    /// The journal entry behind which this was used; 0 from a server that does not say it.
    #[serde(default)]
    pub seq: u64,
}

/// What a participant uses of its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantUse {
    /// Its open orders.
    pub open_orders: u32,
}

/// The limits of a participant in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposureStatus {
    /// Which.
    pub asset: AssetCode,
    /// What holds.
    pub limits: ExposureLimits,
    /// What of it is used; absent where nothing is counted.
    pub used: Option<ExposureUse>,
}

/// What a participant has at stake in a currency, counted as [`ExposureLimits`] says: from when a limit was first set, anew each day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExposureUse {
    /// What it bought today.
    pub bought: Money,
    /// What it sold today.
    pub sold: Money,
    /// Its open buys.
    pub open_buys: Money,
    /// Its open sells.
    pub open_sells: Money,
    /// Held against [`ExposureLimits::credit`]; below zero: more was sold than is bought.
    pub credit: Money,
    /// Held against [`ExposureLimits::gross`].
    pub gross: Money,
    /// Held against [`ExposureLimits::net`] when it buys.
    pub net_long: Money,
    /// Held against [`ExposureLimits::net`] when it sells.
    pub net_short: Money,
}

impl From<Exposure> for ExposureUse {
    fn from(counted: Exposure) -> Self {
        Self {
            bought: counted.bought,
            sold: counted.sold,
            open_buys: counted.open_buys,
            open_sells: counted.open_sells,
            credit: counted.long(),
            gross: counted.gross(),
            net_long: counted.long(),
            net_short: counted.short(),
        }
    }
}

/// Changes limits of a participant: what is absent stays, `null` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ParticipantLimitsChange {
    /// [`ParticipantLimits::order_rate`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub order_rate: Setting<OrderRate>,
    /// [`ParticipantLimits::max_open_orders`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub max_open_orders: Setting<u32>,
    /// The currency of the limits below; required with any of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetCode>,
    /// [`ExposureLimits::credit`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub credit: Setting<Money>,
    /// [`ExposureLimits::gross`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub gross: Setting<Money>,
    /// [`ExposureLimits::net`].
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub net: Setting<Money>,
}

impl ParticipantLimitsChange {
    /// The limits after it, when it says any.
    pub fn limits(&self, before: ParticipantLimits) -> Option<ParticipantLimits> {
        let is_said = self.order_rate.is_some() || self.max_open_orders.is_some();
        is_said.then(|| ParticipantLimits {
            order_rate: changed(self.order_rate, before.order_rate),
            max_open_orders: changed(self.max_open_orders, before.max_open_orders),
        })
    }

    /// The limits in its currency after it, when it says any.
    pub fn exposure(&self, before: ExposureLimits) -> Option<ExposureLimits> {
        let is_said = self.credit.is_some() || self.gross.is_some() || self.net.is_some();
        is_said.then(|| ExposureLimits {
            credit: changed(self.credit, before.credit),
            gross: changed(self.gross, before.gross),
            net: changed(self.net, before.net),
        })
    }
}

/// How an account is checked, and its limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLimitsStatus {
    /// Which.
    pub account: AccountName,
    /// Its terms, when it is on margin.
    pub margin: Option<MarginTerms>,
    /// Whether it may sell short.
    pub short_sales: bool,
    /// By instrument, where any are set.
    pub positions: Vec<PositionStatus>,
    /// What is located for it to borrow.
    pub locates: Vec<Locate>,
    /// What may not be traded for it.
    pub restricted: Vec<Symbol>,
    /// The journal entry behind which this was used; 0 from a server that does not say it.
    #[serde(default)]
    pub seq: u64,
}

/// The limits of an account in an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionStatus {
    /// Which.
    pub symbol: Symbol,
    /// What holds.
    pub limits: PositionLimits,
    /// What of it is used; absent where nothing is counted.
    pub used: Option<PositionUse>,
}

/// What an account has of an instrument and has open in it, in units of the instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionUse {
    /// What it holds; below zero: it is short.
    pub position: Money,
    /// Its open buys.
    pub open_buys: Money,
    /// Its open sells.
    pub open_sells: Money,
    /// Held against [`PositionLimits::max_long`]: the position with all open buys.
    pub long: Money,
    /// Held against [`PositionLimits::max_short`]: how far it is short with all open sells; below zero: it still holds some.
    pub short: Money,
}

impl PositionUse {
    /// Of an account that holds `position`.
    pub fn new(position: Money, open: OpenQty) -> Self {
        Self {
            position,
            open_buys: open.buys,
            open_sells: open.sells,
            long: open.long(position),
            short: open.short(position),
        }
    }
}

/// How much of an instrument is located for an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locate {
    /// Which.
    pub symbol: Symbol,
    /// How much; zero takes it back.
    pub qty: Qty,
}

/// Changes the limits of an account in an instrument: what is absent stays, `null` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountLimitsChange {
    /// Which instrument.
    pub symbol: Symbol,
    /// [`PositionLimits::max_long`].
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub max_long: Setting<Qty>,
    /// [`PositionLimits::max_short`].
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    pub max_short: Setting<Qty>,
}

impl AccountLimitsChange {
    /// The limits after it.
    pub fn of(&self, before: PositionLimits) -> PositionLimits {
        PositionLimits {
            max_long: changed(self.max_long, before.max_long),
            max_short: changed(self.max_short, before.max_short),
        }
    }
}

/// Changes who may sell short, and how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShortSalesChange {
    /// Whether the account may sell short at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<bool>,
    /// How much is located for it in an instrument.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locate: Option<Locate>,
}

/// Whose trading is restricted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restrictee {
    /// Whatever this participant sends.
    Participant(CompId),
    /// Whatever any participant sends for this account.
    Account(AccountName),
}

/// An entry of the restricted list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restriction {
    /// Whose trading.
    pub who: Restrictee,
    /// In which instrument.
    pub symbol: Symbol,
}

/// Puts an entry onto the restricted list, or takes it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestrictionChange {
    /// Whose trading.
    pub who: Restrictee,
    /// In which instrument.
    pub symbol: Symbol,
    /// Whether it is restricted from now on.
    pub restricted: bool,
}

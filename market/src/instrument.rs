//! [`Instrument`]: what can be traded, its steps and its limits; [`Phase`]: what its book does now.

use crate::decimal::ONE;
use crate::id::{AssetCode, InstrumentId, Symbol};
use crate::price::Price;
use crate::qty::Qty;
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// The static facts of an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    /// Dense number, given at listing.
    pub id: InstrumentId,
    /// Symbol (55).
    pub symbol: Symbol,
    /// Currency (15) that prices and cash are in.
    pub currency: AssetCode,
    /// Smallest price step; every price is a multiple.
    pub tick: Price,
    /// Smallest quantity step (RoundLot, 561); every quantity is a multiple.
    pub lot: Qty,
    /// Least quantity of an order.
    pub min_qty: Qty,
    /// Greatest quantity of an order.
    pub max_qty: Qty,
    /// Price for valuation before the first trade (previous close).
    pub reference_px: Price,
}

impl Instrument {
    /// Whether the facts fit together: steps above zero, limits in order and on the lot, the reference price on the tick, and
    /// tick × lot a whole count of 10⁻⁸, so that every notional is exact.
    ///
    /// # Errors
    /// [`Refusal::BadInstrument`] otherwise.
    pub fn check(&self) -> Result<(), Refusal> {
        let steps = self.tick > Price::ZERO && self.lot > Qty::ZERO;
        let exact = i128::from(self.tick.raw()) * i128::from(self.lot.raw()) % i128::from(ONE) == 0;
        let limits = self.min_qty > Qty::ZERO
            && self.min_qty <= self.max_qty
            && self.min_qty.is_multiple_of(self.lot)
            && self.max_qty.is_multiple_of(self.lot);
        let reference =
            self.reference_px > Price::ZERO && self.reference_px.is_multiple_of(self.tick);
        if steps && exact && limits && reference {
            Ok(())
        } else {
            Err(Refusal::BadInstrument)
        }
    }
}

/// What the book of an instrument does now: closed → pre-open → opening auction → open → closing auction → post-trade → closed,
/// with intraday and volatility auctions and halts in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Continuous trading: orders enter and trade.
    Open,
    /// Stopped by an operator or the market-wide breaker: no entry; cancels are taken, and where orders stay they may be lowered.
    Halted,
    /// Outside trading hours: no entry, no replacing; cancels are taken.
    Closed,
    /// Orders enter, nothing trades, no price is shown.
    PreOpen,
    /// The call of the opening auction: orders enter, the price at which they would trade is shown.
    OpeningAuction,
    /// The call of an auction within the day.
    IntradayAuction,
    /// The call of an auction that a trade beyond a band has set off.
    VolatilityAuction,
    /// The call of the closing auction.
    ClosingAuction,
    /// After the closing auction: no entry, no replacing; cancels are taken.
    PostTrade,
}

impl Phase {
    /// Whether orders trade as they meet. Only then does a stop fire.
    pub const fn is_continuous(self) -> bool {
        matches!(self, Self::Open)
    }

    /// Whether orders enter and wait for an auction; the book may be crossed.
    pub const fn is_gathering(self) -> bool {
        matches!(self, Self::PreOpen) || self.auction().is_some()
    }

    /// The auction whose call this is.
    pub const fn auction(self) -> Option<Auction> {
        match self {
            Self::OpeningAuction => Some(Auction::Opening),
            Self::IntradayAuction => Some(Auction::Intraday),
            Self::VolatilityAuction => Some(Auction::Volatility),
            Self::ClosingAuction => Some(Auction::Closing),
            Self::Open | Self::Halted | Self::Closed | Self::PreOpen | Self::PostTrade => None,
        }
    }
}

/// An auction: a call in which orders gather, then one price for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auction {
    /// Before continuous trading.
    Opening,
    /// Within the day.
    Intraday,
    /// After a trade that would have printed outside a band.
    Volatility,
    /// After continuous trading.
    Closing,
}

impl Auction {
    /// The phase of its call.
    pub const fn phase(self) -> Phase {
        match self {
            Self::Opening => Phase::OpeningAuction,
            Self::Intraday => Phase::IntradayAuction,
            Self::Volatility => Phase::VolatilityAuction,
            Self::Closing => Phase::ClosingAuction,
        }
    }

    /// The phase that follows it.
    pub const fn next(self) -> Phase {
        match self {
            Self::Opening | Self::Intraday | Self::Volatility => Phase::Open,
            Self::Closing => Phase::PostTrade,
        }
    }
}

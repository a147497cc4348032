//! Checks of an order's terms against its instrument: price on the tick, quantity on the lot and within limits, slices that come
//! to an end, and combinations that can be carried out. Pure tables; knows nothing of accounts and books.

use crate::instrument::Instrument;
use crate::limits::Limits;
use crate::money::Money;
use crate::order::{OrdType, OrderTerms, Side, TimeInForce};
use crate::price::Price;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::refusal::term::Term;
use crate::risk::MAX_NOTIONAL;

impl OrderTerms {
    /// Whether an instrument takes an order of these terms, of at least this quantity.
    #[inline(always)]
    pub(crate) fn check(
        &self,
        instrument: &Instrument,
        least: Qty,
        limits: &Limits,
    ) -> Result<(), Refusal> {
        self.check_offered()?;
        self.check_price(instrument)?;
        self.check_trigger(instrument)?;
        self.check_qty(instrument, least)?;
        self.check_floor(instrument, limits)?;
        self.check_min_qty(instrument)?;
        match (self.ord_type, self.time_in_force) {
            (OrdType::Market, TimeInForce::Gtc | TimeInForce::Gtd(_)) => {
                Err(Refusal::MarketCannotRest)
            }
            (OrdType::Market, _) if self.post_only => Err(Refusal::PostOnlyMustRest),
            (OrdType::Market, _) => Ok(()),
            (OrdType::Limit(_), time) if self.post_only && !time.rests() => {
                Err(Refusal::PostOnlyMustRest)
            }
            (OrdType::Limit(_), _) => Ok(()),
            _ if self.post_only => Err(Refusal::PostOnlyMustRest),
            (_, time) if !time.rests() => Err(Refusal::NotImmediate),
            _ => Ok(()),
        }
    }

    /// Whether the venue offers together what these terms ask for.
    #[inline(always)]
    fn check_offered(&self) -> Result<(), Refusal> {
        if !(self.short_sale | self.all_or_none | self.reprice_to_band) {
            return Ok(());
        }
        let is_plain = matches!(self.ord_type, OrdType::Market | OrdType::Limit(_));
        let has_limit = matches!(self.ord_type, OrdType::Limit(_) | OrdType::StopLimit { .. });
        let at_auction = matches!(
            self.time_in_force,
            TimeInForce::AtOpen | TimeInForce::AtClose
        );
        if self.short_sale && self.side == Side::Buy {
            return Err(Refusal::NotASale);
        }
        let (whole, reprice) = (self.all_or_none, self.reprice_to_band);
        let apart = [
            (whole && !is_plain, Term::AllOrNone, Term::OrdType),
            (whole && at_auction, Term::AllOrNone, Term::TimeInForce),
            (whole && self.post_only, Term::AllOrNone, Term::PostOnly),
            (
                whole && self.max_floor.is_some(),
                Term::AllOrNone,
                Term::MaxFloor,
            ),
            (reprice && !has_limit, Term::RepriceToBand, Term::OrdType),
        ];
        match apart.into_iter().find(|(is_asked, ..)| *is_asked) {
            Some((_, term, with)) => Err(Refusal::NotTogether { term, with }),
            None => Ok(()),
        }
    }

    #[inline(always)]
    fn check_price(&self, instrument: &Instrument) -> Result<(), Refusal> {
        let Some(price) = self.ord_type.price() else {
            return Ok(());
        };
        if price <= Price::ZERO {
            return Err(Refusal::PriceNotPositive);
        }
        if !price.is_multiple_of(instrument.tick) {
            return Err(Refusal::PriceOffTick {
                tick: instrument.tick,
            });
        }
        if Money::notional(price, self.order_qty) > MAX_NOTIONAL {
            return Err(Refusal::NotionalTooLarge);
        }
        Ok(())
    }

    #[inline(always)]
    fn check_trigger(&self, instrument: &Instrument) -> Result<(), Refusal> {
        let tick = instrument.tick;
        match self.ord_type {
            OrdType::Stop { stop_px } | OrdType::StopLimit { stop_px, .. }
                if stop_px <= Price::ZERO || !stop_px.is_multiple_of(tick) =>
            {
                Err(Refusal::BadStopPx { tick })
            }
            OrdType::TrailingStop { offset }
                if offset <= Price::ZERO || !offset.is_multiple_of(tick) =>
            {
                Err(Refusal::BadOffset { tick })
            }
            OrdType::Pegged { offset, .. } if offset.raw() % tick.raw() != 0 => {
                Err(Refusal::BadOffset { tick })
            }
            _ => Ok(()),
        }
    }

    #[inline(always)]
    fn check_qty(&self, instrument: &Instrument, least: Qty) -> Result<(), Refusal> {
        if self.order_qty <= Qty::ZERO {
            return Err(Refusal::QtyNotPositive);
        }
        if !self.order_qty.is_multiple_of(instrument.lot) {
            return Err(Refusal::QtyOffLot {
                lot: instrument.lot,
            });
        }
        if self.order_qty < least {
            return Err(Refusal::QtyBelowMin { min: least });
        }
        if self.order_qty > instrument.max_qty {
            return Err(Refusal::QtyAboveMax {
                max: instrument.max_qty,
            });
        }
        Ok(())
    }

    #[inline(always)]
    fn check_min_qty(&self, instrument: &Instrument) -> Result<(), Refusal> {
        let Some(min) = self.min_qty else {
            return Ok(());
        };
        let is_qty = min > Qty::ZERO && min.is_multiple_of(instrument.lot) && min <= self.order_qty;
        if is_qty && self.time_in_force == TimeInForce::Ioc && !self.all_or_none {
            Ok(())
        } else {
            Err(Refusal::BadMinQty)
        }
    }

    #[inline(always)]
    fn check_floor(&self, instrument: &Instrument, limits: &Limits) -> Result<(), Refusal> {
        let Some(floor) = self.max_floor else {
            return Ok(());
        };
        let slices = i128::from(limits.max_slices);
        let is_large_enough = i128::from(floor.raw()) * slices >= i128::from(self.order_qty.raw());
        if floor > Qty::ZERO && floor.is_multiple_of(instrument.lot) && is_large_enough {
            Ok(())
        } else {
            Err(Refusal::BadMaxFloor)
        }
    }
}

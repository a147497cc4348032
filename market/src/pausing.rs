//! What limit-up limit-down does: when the bands move, what becomes of orders beyond them, when the book is at a band, and when trading
//! pauses for that. The reference price and the widths stand in [`crate::luld`]. Nothing is beyond a band once a command is done, and
//! an arriving order is never priced beyond one: so nothing trades outside.

use crate::deadlines::Due;
use crate::event::{CancelReason, Event, Restatement};
use crate::id::InstrumentId;
use crate::instrument::Auction;
use crate::luld::{DOUBLED_NANOS, LIMIT_STATE_NANOS, Luld, PriceBands};
use crate::order::{OrderFacts, OrderTerms, Side, Working};
use crate::phases::later;
use crate::price::Price;
use crate::refusal::Refusal;
use crate::slab::Slot;
use crate::state::State;
use crate::text::Text;
use crate::time::Timestamp;
use alloc::vec::Vec;

impl State {
    /// The bands that hold in an instrument now: none but in continuous trading.
    pub(crate) fn price_bands(&self, id: InstrumentId) -> Option<PriceBands> {
        let bands = self.luld[id.0 as usize].as_ref()?.bands;
        bands.filter(|_| self.phase(id).is_continuous())
    }

    /// The price itself, or the band that an order of these terms would go beyond with it.
    pub(crate) fn nearest_in_band(&self, terms: &OrderTerms, price: Price) -> Price {
        match self.price_bands(terms.instrument) {
            Some(bands) => bands.nearest(terms.side, price),
            None => price,
        }
    }

    /// The price that an order works at: the one that it asks for, or the band, where it is to be repriced to that.
    #[inline(always)]
    pub(crate) fn within_bands(&self, terms: &OrderTerms, price: Price) -> Result<Price, Refusal> {
        match self.nearest_in_band(terms, price) {
            nearest if nearest == price || terms.reprice_to_band => Ok(nearest),
            band => Err(Refusal::PriceBeyondBand { band }),
        }
    }

    /// Any price, but not beyond a band.
    pub(crate) fn any_in_band(&self, terms: &OrderTerms) -> Working {
        match (self.price_bands(terms.instrument), terms.side) {
            (Some(bands), Side::Buy) => Working::At(bands.upper),
            (Some(bands), Side::Sell) => Working::At(bands.lower),
            (None, _) => Working::AtMarket,
        }
    }

    /// Whether an order that begins to work would do so beyond a band.
    pub(crate) fn is_beyond_band(&self, order: &OrderFacts) -> bool {
        let is_beyond = |price| self.nearest_in_band(&order.terms, price) != price;
        order.working.price().is_some_and(is_beyond)
    }

    /// The rules of an instrument are others now: limit-up limit-down begins around the last trade, or is over.
    pub(crate) fn follow_tier(&mut self, id: InstrumentId, events: &mut Vec<Event>) {
        let at = id.0 as usize;
        let is_on = self.rules_of(id).limit_up_limit_down.is_some();
        match &self.luld[at] {
            None if is_on => self.luld[at] = Some(Luld::new(self.tapes[at].reference())),
            Some(_) if !is_on => {
                self.set_limit_state(id, None, events);
                self.set_move(id, None);
                let was = self.luld[at].take().and_then(|luld| luld.bands);
                if was.is_some() {
                    events.push(Event::BandsMoved {
                        instrument: id,
                        bands: None,
                    });
                }
            }
            _ => {}
        }
    }

    /// Brings the bands of continuous trading to where they belong now, and what is beyond them to them.
    pub(crate) fn move_bands(&mut self, id: InstrumentId, events: &mut Vec<Event>) {
        let at = id.0 as usize;
        let (now, doubles) = (self.now, self.doubles(id));
        let Some(luld) = &mut self.luld[at] else {
            return;
        };
        luld.follow(now);
        let fades = luld.fades();
        let doubles = doubles.filter(|doubles| *doubles > now);
        self.set_move(id, fades.into_iter().chain(doubles).min());
        let Some(bands) = self.bands_around_reference(id, 1) else {
            return;
        };
        if let Some(luld) = &mut self.luld[at]
            && luld.bands.replace(bands) != Some(bands)
        {
            events.push(Event::BandsMoved {
                instrument: id,
                bands: Some(bands),
            });
        }
        self.bring_within(id, bands, events);
    }

    /// The bands around the reference price as it is, `times` as wide as they are now; none without the rule.
    pub(crate) fn bands_around_reference(&self, id: InstrumentId, times: u8) -> Option<PriceBands> {
        let listing = self.listing(id);
        let luld = self.luld[id.0 as usize].as_ref()?;
        let tier = listing.rules.limit_up_limit_down?;
        let is_doubled = self.doubles(id).is_some_and(|from| from <= self.now);
        let times = if is_doubled { 2 * times } else { times };
        let (reference, tick) = (luld.reference(), listing.instrument.tick);
        Some(PriceBands::around(reference, tier, times, tick))
    }

    /// When the bands are twice as wide, as far as the end of continuous trading is known.
    fn doubles(&self, id: InstrumentId) -> Option<Timestamp> {
        let closes = self.listing(id).closes?;
        Some(Timestamp::from_nanos(
            closes.nanos().saturating_sub(DOUBLED_NANOS),
        ))
    }

    fn set_move(&mut self, id: InstrumentId, moves: Option<Timestamp>) {
        let Some(luld) = &mut self.luld[id.0 as usize] else {
            return;
        };
        let was = core::mem::replace(&mut luld.moves, moves);
        if was == moves {
            return;
        }
        if let Some(was) = was {
            self.deadlines.clear(was, Due::BandsMove(id));
        }
        if let Some(moves) = moves {
            self.deadlines.set(moves, Due::BandsMove(id));
        }
    }

    /// The bands may have to move without a trade: they do when all that is due is done.
    pub(crate) fn forget_move(&mut self, id: InstrumentId) {
        if let Some(luld) = &mut self.luld[id.0 as usize] {
            luld.moves = None;
        }
    }

    /// Reprices or cancels what is beyond a band, in the book or all-or-none beside it. Pegs follow by themselves.
    fn bring_within(&mut self, id: InstrumentId, bands: PriceBands, events: &mut Vec<Event>) {
        for side in [Side::Buy, Side::Sell] {
            for slot in self.beyond(id, side, bands) {
                let mut order = self.orders.facts(slot);
                if !order.terms.reprice_to_band {
                    self.cancel_resting(slot, None, CancelReason::BeyondBand, events);
                    continue;
                }
                self.take_out(slot);
                let price = bands.nearest(side, self.orders[slot].price());
                order.working = Working::At(price);
                let reserved = self.reserved_by(&order);
                self.hold(&mut order, reserved);
                self.orders.set_facts(slot, &order);
                if order.terms.all_or_none {
                    self.wholes[id.0 as usize].rest(&self.orders, slot);
                } else {
                    self.place(slot);
                }
                events.push(Event::OrderRestated {
                    order,
                    reason: Restatement::Repriced,
                });
            }
        }
    }

    /// The orders of a side that are priced beyond its band: those of the book, then all-or-none orders, each by price, then arrival.
    fn beyond(&self, id: InstrumentId, side: Side, bands: PriceBands) -> Vec<Slot> {
        let is_beyond = |price: Price| bands.nearest(side, price) != price;
        let levels = self.book(id).side(side).levels();
        let levels = levels.take_while(|level| is_beyond(level.price));
        let resting = levels.flat_map(|level| level.queue(&self.orders));
        let resting = resting.filter(|slot| !self.orders.is_pegged(*slot));
        let wholes = self.wholes[id.0 as usize].of(side);
        let wholes = wholes.take_while(|whole| is_beyond(whole.price));
        resting.chain(wholes.map(|whole| whole.slot)).collect()
    }

    /// Looks whether the best price of a side is at its band, once nothing follows any more.
    pub(crate) fn watch_limit_state(&mut self, id: InstrumentId, events: &mut Vec<Event>) {
        if self.luld[id.0 as usize].is_none() {
            return;
        }
        let at_band = self.price_bands(id).and_then(|bands| {
            let best = |side| self.book(id).side(side).best().map(|level| level.price);
            if best(Side::Buy).is_some_and(|bid| bid >= bands.upper) {
                Some(Side::Buy)
            } else if best(Side::Sell).is_some_and(|offer| offer <= bands.lower) {
                Some(Side::Sell)
            } else {
                None
            }
        });
        self.set_limit_state(id, at_band, events);
    }

    /// An instrument is in another phase: without continuous trading no book is at a band.
    pub(crate) fn leave_limit_state(&mut self, id: InstrumentId, events: &mut Vec<Event>) {
        if !self.phase(id).is_continuous() {
            self.set_limit_state(id, None, events);
        }
    }

    fn set_limit_state(&mut self, id: InstrumentId, side: Option<Side>, events: &mut Vec<Event>) {
        let until = later(self.now, LIMIT_STATE_NANOS);
        let Some(luld) = &mut self.luld[id.0 as usize] else {
            return;
        };
        if luld.limit_state.map(|(side, _)| side) == side {
            return;
        }
        let state = side.map(|side| (side, until));
        if let Some((_, was)) = core::mem::replace(&mut luld.limit_state, state) {
            self.deadlines.clear(was, Due::LimitStateEnds(id));
        }
        if side.is_some() {
            self.deadlines.set(until, Due::LimitStateEnds(id));
        }
        events.push(Event::LimitStateChanged {
            instrument: id,
            side,
            until: side.map(|_| until),
        });
    }

    /// The book was at a band for too long: trading pauses, and goes on through an auction.
    pub(crate) fn pause(&mut self, id: InstrumentId, events: &mut Vec<Event>) {
        if self.phase(id).is_continuous() {
            let until = later(self.now, self.rules_of(id).volatility_nanos);
            let reason = Text::new(PAUSED).expect("short and plain");
            self.begin_call(id, Auction::Volatility, until, Some(reason), events);
        }
    }

    /// Tells that an order works at a band instead of at its limit.
    pub(crate) fn tell_repriced(order: &OrderFacts, events: &mut Vec<Event>) {
        let (limit, price) = (order.terms.ord_type.price(), order.working.price());
        if order.terms.reprice_to_band && price.is_some() && price != limit {
            events.push(Event::OrderRestated {
                order: *order,
                reason: Restatement::Repriced,
            });
        }
    }

    /// Limit-up limit-down in an instrument, where the rules have it.
    pub(crate) fn luld_of(&self, id: InstrumentId) -> Option<&Luld> {
        self.luld.get(id.0 as usize)?.as_ref()
    }

    /// Whether limit-up limit-down is where the rules say, and its deadlines are set: asked of a state that was read back.
    pub(crate) fn luld_is_sound(&self) -> bool {
        let is_set =
            |at: Option<Timestamp>, due| at.is_none_or(|at| self.deadlines.is_set(at, due));
        let mut all = self.registry.listings().iter().zip(&self.luld);
        all.all(|(listing, luld)| {
            let id = listing.instrument.id;
            let has_rule = listing.rules.limit_up_limit_down.is_some();
            let Some(luld) = luld else {
                return !has_rule;
            };
            let state = luld.limit_state.map(|(_, until)| until);
            has_rule
                && luld.is_sound(listing.instrument.tick)
                && (state.is_none() || listing.phase.is_continuous())
                && is_set(luld.moves, Due::BandsMove(id))
                && is_set(state, Due::LimitStateEnds(id))
        })
    }
}

/// Why the call of a pause begins.
const PAUSED: &str = "pause: the book was at a price band for 15 seconds";

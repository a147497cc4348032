//! How fees are charged: at once with each trade, from the cash of each side to the venue's account; and how they are set. What live
//! orders reserve follows a change of fees in the same command.

use crate::event::Event;
use crate::fees::{Fees, Liquidity, TradeFees};
use crate::id::{AccountId, InstrumentId, ParticipantId};
use crate::money::Money;
use crate::order::OrderFacts;
use crate::qty::Qty;
use crate::refusal::Refusal;
use crate::slab::Slot;
use crate::state::State;
use alloc::vec::Vec;

impl State {
    /// Moves the fees of a trade, before it is booked on its orders.
    #[inline(always)]
    pub(crate) fn charge(
        &mut self,
        maker: &OrderFacts,
        taker: &OrderFacts,
        notional: Money,
    ) -> Option<TradeFees> {
        let instrument = maker.terms.instrument;
        let account = self.fees.account(instrument)?;
        let of = |order: &OrderFacts, liquidity| {
            let is_first = order.cum_qty == Qty::ZERO;
            let payer = order.participant;
            self.fees
                .charge(payer, instrument, liquidity, notional, is_first)
        };
        let fees = TradeFees {
            account,
            maker: of(maker, Liquidity::Maker),
            taker: of(taker, Liquidity::Taker),
        };
        for (order, fee) in [(maker, fees.maker), (taker, fees.taker)] {
            let from = self.claim(&order.terms);
            self.ledger.pay(from.account, account, from.asset, fee);
        }
        Some(fees)
    }

    /// Sets where fees go.
    pub(crate) fn set_fee_account(
        &mut self,
        account: AccountId,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        self.registry.account(account)?;
        self.fees.set_account(account);
        events.push(Event::FeeAccountSet { account });
        Ok(())
    }

    /// Sets what a tier pays in an instrument.
    pub(crate) fn set_fees(
        &mut self,
        instrument: InstrumentId,
        tier: u8,
        fees: Fees,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        self.registry.listing(instrument)?;
        self.fees.set(instrument, tier, fees)?;
        self.reserve_anew(self.all_in(instrument));
        events.push(Event::FeesSet {
            instrument,
            tier,
            fees,
        });
        Ok(())
    }

    /// Puts a participant into a tier.
    pub(crate) fn set_tier(
        &mut self,
        participant: ParticipantId,
        tier: u8,
        events: &mut Vec<Event>,
    ) -> Result<(), Refusal> {
        self.registry.participant(participant)?;
        self.fees.set_tier(participant, tier)?;
        let live = self.orders.of(participant).collect();
        self.reserve_anew(live);
        events.push(Event::TierSet { participant, tier });
        Ok(())
    }

    /// Live orders hold what they need now. That may be more than their account has: then it can do nothing new until it has. No event says
    /// so: what an order holds is told with its next one.
    fn reserve_anew(&mut self, live: Vec<Slot>) {
        for slot in live {
            let mut order = self.orders.facts(slot);
            let reserved = self.reserved_by(&order);
            self.hold(&mut order, reserved);
            self.orders.set_facts(slot, &order);
        }
    }
}

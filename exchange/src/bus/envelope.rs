//! [`envelopes`]: what one entry looks like on the bus. Pure: the same entry gives the same envelopes, whenever and however often it is asked,
//! since names in the directory never change.

mod news;
mod trade;

use crate::bus::envelope::news::news;
use crate::directory::Directory;
use journal::entry::{Entry, Epoch};
use market::event::Event;
use market::id::{
    AccountId, AccountName, AssetCode, AssetId, ClOrdId, CompId, InstrumentId, ParticipantId,
    Symbol,
};
use market::instrument::Instrument;
use market::order::{OrderFacts, OrderTerms};
use market::refusal::Refusal;
use market::topic::{Envelope, OrderView, SCHEMA, TopicEvent};
use market::trades::{Place, TradeRecord};

/// The envelopes of an entry, numbered from 0 in the order of its events. Events that are no business of other programs (levels of the
/// book, status reports, refusals of operators) have none.
pub fn envelopes(entry: &Entry, directory: &Directory, epoch: Epoch) -> Vec<Envelope> {
    let mut told = Vec::new();
    let names = Names { directory };
    for event in &entry.events {
        // An event only names what an event before it made known, so the lookups do not fail.
        if names.tell(entry, event, &mut told).is_none() {
            unknown(entry);
        }
    }
    match news(entry, directory) {
        Some(news) => told.extend(news),
        None => unknown(entry),
    }
    (0..)
        .zip(told)
        .map(|(index, event)| Envelope {
            schema: SCHEMA,
            epoch: epoch.to_string(),
            seq: entry.seq,
            index,
            at_nanos: entry.at.nanos(),
            trace_id: entry.trace.to_string(),
            event,
        })
        .collect()
}

fn unknown(entry: &Entry) {
    tracing::error!(
        seq = entry.seq,
        "an event names what the directory does not know"
    );
}

/// Turns numbers into names.
struct Names<'a> {
    directory: &'a Directory,
}

impl Names<'_> {
    /// Adds what one event of an entry is on the bus; `None` when it names something unknown.
    fn tell(&self, entry: &Entry, event: &Event, told: &mut Vec<TopicEvent>) -> Option<()> {
        let fact = match *event {
            Event::OrderAccepted { ref order } => TopicEvent::OrderCreated(self.order(order)?),
            Event::OrderReplaced { ref order, .. }
            | Event::OrderDecremented { ref order, .. }
            | Event::OrderTriggered { ref order }
            | Event::OrderRestated { ref order, .. }
            | Event::ExecutionChanged {
                order: Some(ref order),
                ..
            } => TopicEvent::OrderModified(self.order(order)?),
            Event::OrderCanceled { ref order, .. } => {
                TopicEvent::OrderCancelled(self.order(order)?)
            }
            Event::OrderExpired { ref order } => TopicEvent::OrderExpired(self.order(order)?),
            Event::OrderRejected {
                participant,
                cl_ord_id,
                ref terms,
                refusal,
            } => {
                told.extend(self.rejected(participant, cl_ord_id, terms, refusal));
                return Some(());
            }
            Event::Traded {
                ref maker,
                ref taker,
                ..
            } => {
                let trade = TradeRecord::of(event, Place::default(), entry.at)?;
                return self.traded(&trade, maker, taker, told);
            }
            Event::TradeChanged {
                ref was,
                ref now,
                proposed_by,
                approved_by,
            } => return self.trade_changed(was, now, [proposed_by, approved_by], told),
            Event::MarginCall {
                account,
                asset,
                equity,
                required,
                until,
                ..
            } => TopicEvent::MarginCall {
                account: self.account(account)?,
                asset: self.asset(asset)?,
                equity,
                required,
                until_nanos: until.nanos(),
            },
            Event::MarginCallMet {
                account,
                asset,
                equity,
                required,
                ..
            } => TopicEvent::MarginCallMet {
                account: self.account(account)?,
                asset: self.asset(asset)?,
                equity,
                required,
            },
            Event::ForcedClose {
                account,
                instrument,
                side,
                qty,
                participant,
                cl_ord_id,
            } => TopicEvent::ForcedClose {
                account: self.account(account)?,
                symbol: self.symbol(instrument)?,
                side,
                qty,
                participant: self.comp_id(participant)?,
                cl_ord_id,
            },
            Event::ForcedCloseFailed {
                account,
                instrument,
                side,
                qty,
                refusal,
            } => TopicEvent::ForcedCloseFailed {
                account: self.account(account)?,
                symbol: self.symbol(instrument)?,
                side,
                qty,
                reason: refusal.to_string(),
            },
            Event::MarginDeficit {
                account,
                asset,
                equity,
                ..
            } => TopicEvent::MarginDeficit {
                account: self.account(account)?,
                asset: self.asset(asset)?,
                equity,
            },
            Event::Overdrawn {
                account,
                instrument,
                asset,
                free,
            } => TopicEvent::Overdrawn {
                account: self.account(account)?,
                asset: self.asset(asset)?,
                symbol: match instrument {
                    Some(instrument) => Some(self.symbol(instrument)?),
                    None => None,
                },
                free,
            },
            Event::InstrumentListed { ref instrument } => listed(instrument),
            Event::PhaseChanged {
                instrument,
                phase,
                reason,
                halt,
            } => TopicEvent::PhaseChanged {
                symbol: self.symbol(instrument)?,
                phase,
                reason: reason.map(|text| text.to_string()),
                halt,
            },
            Event::BandsMoved { instrument, bands } => TopicEvent::BandsMoved {
                symbol: self.symbol(instrument)?,
                bands,
            },
            Event::LimitStateChanged {
                instrument,
                side,
                until,
            } => TopicEvent::LimitStateChanged {
                symbol: self.symbol(instrument)?,
                side,
                until,
            },
            Event::BreakerTripped {
                level,
                drill,
                by_hand,
                index,
                close,
                fall_bps,
                until,
                reason,
            } => TopicEvent::BreakerTripped {
                level,
                drill,
                by_hand,
                index,
                close,
                fall_bps,
                until,
                reason: reason.to_string(),
            },
            Event::BreakerEnded { level, drill } => TopicEvent::BreakerEnded { level, drill },
            Event::AccountOpened { name, .. } => TopicEvent::AccountOpened { account: name },
            Event::FundsTransferred {
                transfer_id,
                account,
                asset,
                amount,
                balance,
                repeated: false,
            } => TopicEvent::FundsTransferred {
                transfer_id,
                account: self.account(account)?,
                asset: self.asset(asset)?,
                amount,
                balance,
            },
            Event::SecuritiesTransferred {
                transfer_id,
                account,
                instrument,
                qty,
                cost_px,
                position,
                repeated: false,
            } => TopicEvent::SecuritiesTransferred {
                transfer_id,
                account: self.account(account)?,
                symbol: self.symbol(instrument)?,
                qty,
                cost_px,
                position,
            },
            // A transfer that was asked for again moved nothing.
            Event::FundsTransferred { repeated: true, .. }
            | Event::SecuritiesTransferred { repeated: true, .. }
            | Event::Refused { .. }
            | Event::AssetListed { .. }
            | Event::ParticipantAdmitted { .. }
            | Event::AccountGranted { .. }
            | Event::AccountRevoked { .. }
            | Event::AllCanceled { .. }
            | Event::TransferRefused { .. }
            | Event::CancelRejected { .. }
            | Event::OrderStatus { .. }
            | Event::MassCanceled { .. }
            | Event::LevelChanged { .. }
            | Event::DayEnded
            | Event::RulesSet { .. }
            | Event::SelfTradeSet { .. }
            | Event::Ticked
            | Event::CloseSet { .. }
            | Event::Seeded
            | Event::Indicative { .. }
            | Event::Uncrossed { .. }
            | Event::Killed { .. }
            | Event::Reinstated { .. }
            | Event::FeeAccountSet { .. }
            | Event::FeesSet { .. }
            | Event::TierSet { .. }
            | Event::RiskLimitSet(_)
            | Event::TradeChangeProposed { .. }
            | Event::TradeChangeDropped { .. }
            | Event::HaltScheduled { .. }
            | Event::HaltUnscheduled { .. }
            | Event::IndexWeightSet { .. }
            | Event::IndexCloseSet { .. }
            | Event::BreakerRulesSet(_)
            | Event::GroupSet { .. }
            | Event::ExecutionChanged { order: None, .. } => return Some(()),
        };
        told.push(fact);
        Some(())
    }

    fn order(&self, order: &OrderFacts) -> Option<OrderView> {
        let terms = &order.terms;
        Some(OrderView {
            order_id: order.order_id,
            cl_ord_id: order.cl_ord_id,
            participant: self.comp_id(order.participant)?,
            account: self.account(terms.account)?,
            symbol: self.symbol(terms.instrument)?,
            side: terms.side,
            price: terms.price(order.working),
            time_in_force: terms.time_in_force,
            ord_status: order.ord_status,
            order_qty: terms.order_qty,
            cum_qty: order.cum_qty,
            leaves_qty: order.leaves_qty,
            avg_px: order.avg_px(),
            reserved: order.reserved,
        })
    }

    /// A rejected order may name an account, a participant or an instrument that is not known: then nobody owns the news.
    fn rejected(
        &self,
        participant: ParticipantId,
        cl_ord_id: ClOrdId,
        terms: &OrderTerms,
        refusal: Refusal,
    ) -> Option<TopicEvent> {
        Some(TopicEvent::OrderRejected {
            account: self.account(terms.account)?,
            participant: self.comp_id(participant)?,
            cl_ord_id,
            symbol: self.symbol(terms.instrument)?,
            reason: refusal.to_string(),
        })
    }

    fn instrument(&self, id: InstrumentId) -> Option<Instrument> {
        self.directory.instrument(id)
    }

    fn symbol(&self, id: InstrumentId) -> Option<Symbol> {
        Some(self.instrument(id)?.symbol)
    }

    fn asset(&self, id: AssetId) -> Option<AssetCode> {
        self.directory.asset(id)
    }

    fn account(&self, id: AccountId) -> Option<AccountName> {
        self.directory.account(id)
    }

    fn comp_id(&self, id: ParticipantId) -> Option<CompId> {
        Some(self.directory.participant(id)?.comp_id)
    }
}

fn listed(instrument: &Instrument) -> TopicEvent {
    TopicEvent::InstrumentListed {
        symbol: instrument.symbol,
        currency: instrument.currency,
        tick: instrument.tick,
        lot: instrument.lot,
        reference_px: instrument.reference_px,
    }
}

//! [`envelopes`]: what one entry looks like on the bus. Pure: the same entry gives the same envelopes, whenever and however often it is asked,
//! since names in the directory never change.

mod news;

use crate::bus::envelope::news::news;
use crate::directory::Directory;
use journal::entry::{Entry, Epoch};
use market::event::Event;
use market::id::{AccountId, AccountName, AssetCode, CompId, InstrumentId, TradeId};
use market::instrument::Instrument;
use market::money::Money;
use market::order::{OrderFacts, Side};
use market::price::Price;
use market::qty::Qty;
use market::topic::{
    Envelope, LegView, OrderView, SCHEMA, TopicEvent, TradeChangeView, TradeView, TradedView,
};
use market::trades::{TradeLeg, TradeRecord};

/// The envelopes of an entry, numbered from 0 in the order of its events. Events that are no business of other programs (levels of the
/// book, status reports, refusals of operators) have none.
pub fn envelopes(entry: &Entry, directory: &Directory, epoch: Epoch) -> Vec<Envelope> {
    let mut told = Vec::new();
    let names = Names { directory };
    for event in &entry.events {
        // An event only names what an event before it made known, so the lookups do not fail.
        if names.tell(event, &mut told).is_none() {
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
    /// Adds what one event is on the bus; `None` when it names something unknown.
    fn tell(&self, event: &Event, told: &mut Vec<TopicEvent>) -> Option<()> {
        match event {
            Event::OrderAccepted { order } => {
                told.push(TopicEvent::OrderCreated(self.order(order)?))
            }
            Event::OrderReplaced { order, .. }
            | Event::OrderDecremented { order, .. }
            | Event::OrderTriggered { order }
            | Event::OrderRestated { order, .. }
            | Event::ExecutionChanged {
                order: Some(order), ..
            } => {
                told.push(TopicEvent::OrderModified(self.order(order)?));
            }
            Event::OrderCanceled { order, .. } => {
                told.push(TopicEvent::OrderCancelled(self.order(order)?));
            }
            Event::OrderExpired { order } => {
                told.push(TopicEvent::OrderExpired(self.order(order)?))
            }
            Event::OrderRejected { .. } => self.rejected(event, told),
            Event::Traded { .. } => self.traded(event, told)?,
            Event::TradeChanged { .. } => self.trade_changed(event, told)?,
            Event::MarginCall { .. }
            | Event::MarginCallMet { .. }
            | Event::ForcedClose { .. }
            | Event::MarginDeficit { .. }
            | Event::ForcedCloseFailed { .. }
            | Event::Overdrawn { .. } => told.extend(self.at_risk(event)?),
            Event::InstrumentListed { instrument } => told.push(listed(instrument)),
            Event::PhaseChanged {
                instrument,
                phase,
                reason,
                halt,
            } => told.push(TopicEvent::PhaseChanged {
                symbol: self.instrument(*instrument)?.symbol,
                phase: *phase,
                reason: reason.map(|text| text.to_string()),
                halt: *halt,
            }),
            Event::BandsMoved { instrument, bands } => told.push(TopicEvent::BandsMoved {
                symbol: self.instrument(*instrument)?.symbol,
                bands: *bands,
            }),
            Event::LimitStateChanged {
                instrument,
                side,
                until,
            } => told.push(TopicEvent::LimitStateChanged {
                symbol: self.instrument(*instrument)?.symbol,
                side: *side,
                until: *until,
            }),
            Event::BreakerTripped {
                level,
                drill,
                by_hand,
                index,
                close,
                fall_bps,
                until,
                reason,
            } => told.push(TopicEvent::BreakerTripped {
                level: *level,
                drill: *drill,
                by_hand: *by_hand,
                index: *index,
                close: *close,
                fall_bps: *fall_bps,
                until: *until,
                reason: reason.to_string(),
            }),
            Event::BreakerEnded { level, drill } => told.push(TopicEvent::BreakerEnded {
                level: *level,
                drill: *drill,
            }),
            Event::AccountOpened { name, .. } => {
                told.push(TopicEvent::AccountOpened { account: *name });
            }
            Event::FundsTransferred { .. } | Event::SecuritiesTransferred { .. } => {
                self.transferred(event, told)?;
            }
            Event::Refused { .. }
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
            | Event::ExecutionChanged { order: None, .. } => {}
        }
        Some(())
    }

    fn order(&self, order: &OrderFacts) -> Option<OrderView> {
        let terms = &order.terms;
        Some(OrderView {
            order_id: order.order_id,
            cl_ord_id: order.cl_ord_id,
            participant: self.comp_id(order)?,
            account: self.account(order)?,
            symbol: self.instrument(terms.instrument)?.symbol,
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
    fn rejected(&self, event: &Event, told: &mut Vec<TopicEvent>) {
        let Event::OrderRejected {
            participant,
            cl_ord_id,
            terms,
            refusal,
        } = event
        else {
            return;
        };
        let known = (
            self.directory.account(terms.account),
            self.directory.participant(*participant),
            self.directory.instrument(terms.instrument),
        );
        if let (Some(account), Some(participant), Some(instrument)) = known {
            told.push(TopicEvent::OrderRejected {
                account,
                participant: participant.comp_id,
                cl_ord_id: *cl_ord_id,
                symbol: instrument.symbol,
                reason: refusal.to_string(),
            });
        }
    }

    /// A trade is two facts: the trade, and the price that it made.
    fn traded(&self, event: &Event, told: &mut Vec<TopicEvent>) -> Option<()> {
        let Event::Traded {
            trade_id,
            instrument,
            price,
            qty,
            notional,
            maker,
            taker,
            fees,
            auction,
        } = event
        else {
            return Some(());
        };
        let instrument = self.instrument(*instrument)?;
        let facts = TradeFacts {
            trade_id: *trade_id,
            price: *price,
            qty: *qty,
            notional: *notional,
            aggressor: auction.is_none().then_some(taker.terms.side),
        };
        told.push(TopicEvent::TradeExecuted(self.trade(
            &instrument,
            &facts,
            maker,
            taker,
        )?));
        told.push(TopicEvent::PriceUpdated {
            symbol: instrument.symbol,
            last_px: *price,
            last_qty: *qty,
        });
        if let Some(fees) = fees {
            for (order, amount) in [(maker, fees.maker), (taker, fees.taker)] {
                self.charged(*trade_id, &instrument, order, (fees.account, amount), told)?;
            }
        }
        Some(())
    }

    /// What is told of accounts that have too little; nothing of any other event.
    fn at_risk(&self, event: &Event) -> Option<Option<TopicEvent>> {
        let account = |id: AccountId| self.directory.account(id);
        Some(Some(match *event {
            Event::MarginCall {
                account: id,
                asset,
                equity,
                required,
                until,
                ..
            } => TopicEvent::MarginCall {
                account: account(id)?,
                asset: self.asset(asset)?,
                equity,
                required,
                until_nanos: until.nanos(),
            },
            Event::MarginCallMet {
                account: id,
                asset,
                equity,
                required,
                ..
            } => TopicEvent::MarginCallMet {
                account: account(id)?,
                asset: self.asset(asset)?,
                equity,
                required,
            },
            Event::ForcedClose {
                account: id,
                instrument,
                side,
                qty,
                participant,
                cl_ord_id,
            } => TopicEvent::ForcedClose {
                account: account(id)?,
                symbol: self.instrument(instrument)?.symbol,
                side,
                qty,
                participant: self.directory.participant(participant)?.comp_id,
                cl_ord_id,
            },
            Event::ForcedCloseFailed {
                account: id,
                instrument,
                side,
                qty,
                refusal,
            } => TopicEvent::ForcedCloseFailed {
                account: account(id)?,
                symbol: self.instrument(instrument)?.symbol,
                side,
                qty,
                reason: refusal.to_string(),
            },
            Event::MarginDeficit {
                account: id,
                asset,
                equity,
                ..
            } => TopicEvent::MarginDeficit {
                account: account(id)?,
                asset: self.asset(asset)?,
                equity,
            },
            Event::Overdrawn {
                account: id,
                instrument,
                asset,
                free,
            } => TopicEvent::Overdrawn {
                account: account(id)?,
                asset: self.asset(asset)?,
                symbol: match instrument {
                    Some(instrument) => Some(self.instrument(instrument)?.symbol),
                    None => None,
                },
                free,
            },
            _ => return Some(None),
        }))
    }

    /// A trade was undone or corrected: what it is now, and what its fees changed by.
    fn trade_changed(&self, event: &Event, told: &mut Vec<TopicEvent>) -> Option<()> {
        let Event::TradeChanged {
            was,
            now,
            proposed_by,
            approved_by,
        } = event
        else {
            return Some(());
        };
        let instrument = self.instrument(was.instrument)?;
        let account = |leg: &TradeLeg| self.directory.account(leg.account);
        told.push(TopicEvent::TradeChanged(TradeChangeView {
            trade_id: was.trade_id,
            symbol: instrument.symbol,
            currency: instrument.currency,
            buy: account(&was.buy)?,
            sell: account(&was.sell)?,
            was: amounts(was),
            now: (!now.is_busted).then(|| amounts(now)),
            proposed_by: proposed_by.to_string(),
            approved_by: approved_by.to_string(),
        }));
        for (before, after) in [(&was.buy, &now.buy), (&was.sell, &now.sell)] {
            let after = if now.is_busted {
                Money::ZERO
            } else {
                after.fee
            };
            let amount = after.checked_sub(before.fee)?;
            if let Some(venue) = was.fee_account.filter(|_| amount != Money::ZERO) {
                told.push(TopicEvent::FeeCharged {
                    trade_id: was.trade_id,
                    account: account(before)?,
                    fee_account: self.directory.account(venue)?,
                    asset: instrument.currency,
                    amount,
                });
            }
        }
        Some(())
    }

    /// A fee of nothing is not told.
    fn charged(
        &self,
        trade_id: TradeId,
        instrument: &Instrument,
        order: &OrderFacts,
        (fee_account, amount): (AccountId, Money),
        told: &mut Vec<TopicEvent>,
    ) -> Option<()> {
        if amount != Money::ZERO {
            told.push(TopicEvent::FeeCharged {
                trade_id,
                account: self.account(order)?,
                fee_account: self.directory.account(fee_account)?,
                asset: instrument.currency,
                amount,
            });
        }
        Some(())
    }

    fn trade(
        &self,
        instrument: &Instrument,
        facts: &TradeFacts,
        maker: &OrderFacts,
        taker: &OrderFacts,
    ) -> Option<TradeView> {
        let (buy, sell) = match taker.terms.side {
            Side::Buy => (taker, maker),
            Side::Sell => (maker, taker),
        };
        Some(TradeView {
            trade_id: facts.trade_id,
            symbol: instrument.symbol,
            currency: instrument.currency,
            price: facts.price,
            qty: facts.qty,
            notional: facts.notional,
            aggressor: facts.aggressor,
            buy: self.leg(buy)?,
            sell: self.leg(sell)?,
        })
    }

    fn leg(&self, order: &OrderFacts) -> Option<LegView> {
        Some(LegView {
            account: self.account(order)?,
            participant: self.comp_id(order)?,
            order_id: order.order_id,
            cl_ord_id: order.cl_ord_id,
            ord_status: order.ord_status,
            cum_qty: order.cum_qty,
            leaves_qty: order.leaves_qty,
            reserved: Some(order.reserved),
        })
    }

    /// A transfer that was asked for again moved nothing: it is not told again.
    fn transferred(&self, event: &Event, told: &mut Vec<TopicEvent>) -> Option<()> {
        match *event {
            Event::FundsTransferred {
                transfer_id,
                account,
                asset,
                amount,
                balance,
                repeated: false,
            } => told.push(TopicEvent::FundsTransferred {
                transfer_id,
                account: self.directory.account(account)?,
                asset: self.asset(asset)?,
                amount,
                balance,
            }),
            Event::SecuritiesTransferred {
                transfer_id,
                account,
                instrument,
                qty,
                cost_px,
                position,
                repeated: false,
            } => told.push(TopicEvent::SecuritiesTransferred {
                transfer_id,
                account: self.directory.account(account)?,
                symbol: self.instrument(instrument)?.symbol,
                qty,
                cost_px,
                position,
            }),
            _ => {}
        }
        Some(())
    }

    fn instrument(&self, id: InstrumentId) -> Option<Instrument> {
        self.directory.instrument(id)
    }

    fn asset(&self, id: market::id::AssetId) -> Option<AssetCode> {
        self.directory.asset(id)
    }

    fn account(&self, order: &OrderFacts) -> Option<AccountName> {
        self.directory.account(order.terms.account)
    }

    fn comp_id(&self, order: &OrderFacts) -> Option<CompId> {
        let record = self.directory.participant(order.participant)?;
        Some(record.comp_id)
    }
}

/// What both sides of a trade share.
struct TradeFacts {
    trade_id: TradeId,
    price: Price,
    qty: Qty,
    notional: Money,
    aggressor: Option<Side>,
}

const fn amounts(trade: &TradeRecord) -> TradedView {
    TradedView {
        price: trade.price,
        qty: trade.qty,
        notional: trade.notional,
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

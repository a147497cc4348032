//! [`news`]: what the events of an entry come to for those who follow the market rather than each step of it: the market is open, it is
//! closed, a position has come to its limit. Pure, like the rest of the envelope: worked out from the entry alone, since a reader begins anywhere.

use crate::directory::Directory;
use journal::entry::{Entry, Instruction};
use market::command::Command;
use market::event::Event;
use market::id::{ClOrdId, InstrumentId, ParticipantId, Symbol};
use market::instrument::{Auction, Phase};
use market::order::OrderTerms;
use market::refusal::Refusal;
use market::topic::TopicEvent;
use std::collections::BTreeMap;

/// What an entry comes to, in the order of its events; `None` when one names something unknown. It is told behind all of them: an envelope
/// that was told before it was known keeps its place.
pub(super) fn news(entry: &Entry, directory: &Directory) -> Option<Vec<TopicEvent>> {
    let mut told = Vec::new();
    let mut auctions = BTreeMap::new();
    for event in &entry.events {
        match event {
            Event::Uncrossed {
                instrument,
                auction,
                ..
            } => {
                auctions.insert(*instrument, *auction);
            }
            Event::PhaseChanged {
                instrument,
                phase: Phase::Open,
                ..
            } if begins_day(entry, auctions.get(instrument)) => {
                told.push(TopicEvent::MarketOpen {
                    symbol: symbol(directory, *instrument)?,
                });
            }
            Event::PhaseChanged {
                instrument,
                phase: phase @ (Phase::PostTrade | Phase::Closed),
                halt,
                ..
            } => told.push(TopicEvent::MarketClose {
                symbol: symbol(directory, *instrument)?,
                phase: *phase,
                drill: halt.is_some_and(|it| it.drill),
            }),
            Event::OrderRejected {
                participant,
                cl_ord_id,
                terms,
                refusal,
            } => told.extend(breach(
                directory,
                (*participant, *cl_ord_id),
                terms,
                refusal,
            )?),
            Event::CancelRejected {
                participant,
                cl_ord_id,
                order: Some(order),
                refusal,
                ..
            } => told.extend(breach(
                directory,
                (*participant, *cl_ord_id),
                &order.terms,
                refusal,
            )?),
            _ => {}
        }
    }
    Some(told)
}

/// Whether continuous trading that begins is the first of the day: after the opening auction, or opened without a call. After a halt or
/// another auction it only goes on.
const fn begins_day(entry: &Entry, auction: Option<&Auction>) -> bool {
    match auction {
        Some(auction) => matches!(auction, Auction::Opening),
        None => matches!(entry.instruction, Instruction::Market(Command::Open { .. })),
    }
}

/// An order or a replace that a position limit has refused; nothing for another refusal. Who is refused by it is known.
fn breach(
    directory: &Directory,
    (participant, cl_ord_id): (ParticipantId, ClOrdId),
    terms: &OrderTerms,
    refusal: &Refusal,
) -> Option<Option<TopicEvent>> {
    let Refusal::PositionLimit { limit, would } = *refusal else {
        return Some(None);
    };
    Some(Some(TopicEvent::PositionLimitBreached {
        account: directory.account(terms.account)?,
        symbol: symbol(directory, terms.instrument)?,
        side: terms.side,
        participant: directory.participant(participant)?.comp_id,
        cl_ord_id,
        limit,
        would,
    }))
}

fn symbol(directory: &Directory, instrument: InstrumentId) -> Option<Symbol> {
    Some(directory.instrument(instrument)?.symbol)
}

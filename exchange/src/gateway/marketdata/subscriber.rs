//! [`Subscriptions`]: what one connection is to be shown, and how far it has been shown it. In: the view. Out: messages. It stores, for each
//! instrument, the entry up to which the connection was served; for a limited depth also the image that it was sent. Pure.
//!
//! A book may grow between the request for all its levels and the W, or while a subscriber is so far behind that it needs a new one. Where
//! that would have more than [`LEVELS_MAX`](super::request::LEVELS_MAX) levels a Y is sent instead, and the instrument is shown no more
//! under that id. Who has a W and keeps up is told the changes of a book of any size.

use crate::directory::Directory;
use crate::gateway::marketdata::encode::{self, Heading, News, Occasion};
use crate::gateway::marketdata::request::{Depth, MarketDataRequest, Subscription, Wants};
use crate::gateway::marketdata::view::{Action, Book, Change, Level, TooFarBehind, View};
use fix_engine::codec::body::Body;
use journal::entry::Epoch;
use market::id::InstrumentId;
use market::instrument::Instrument;
use market::order::Side;
use market::price::Price;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Bytes that are encoded for a connection at a time, about: the last message may go beyond it, what is left comes with the next round.
const ROUND_BYTES: usize = 1 << 20;

/// The subscriptions of one connection.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    /// By MDReqID (262).
    market_data: BTreeMap<String, MarketData>,
    /// Snapshots that are still to be made, in the order in which they were asked for. Their ids need not differ.
    snapshots: VecDeque<Snapshot>,
    /// Where the last round stopped for want of room.
    next: Option<(String, InstrumentId)>,
    /// Instruments by SecurityStatusReqID (324).
    status: BTreeMap<String, InstrumentId>,
    /// The entry of the last status that was told, by instrument; `None`: the first is still to come.
    phases: BTreeMap<InstrumentId, Option<u64>>,
}

/// What is to be shown of instruments.
#[derive(Clone, Copy, Debug)]
struct Terms {
    depth: Depth,
    wants: Wants,
    with_position: bool,
}

#[derive(Debug)]
struct MarketData {
    terms: Terms,
    /// How far each instrument is served; `None`: the first W is still to come.
    instruments: BTreeMap<InstrumentId, Option<Served>>,
}

#[derive(Debug)]
struct Snapshot {
    id: String,
    terms: Terms,
    instrument: InstrumentId,
}

#[derive(Debug)]
struct Served {
    seq: u64,
    /// What was sent, for a limited depth.
    image: BTreeMap<(Side, Price), Level>,
}

/// What is served from.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) view: &'a View,
    pub(crate) directory: &'a Directory,
    pub(crate) epoch: Epoch,
}

/// What one round of serving comes to.
#[derive(Debug, Default)]
pub(crate) struct Round {
    pub(crate) bodies: Vec<Body>,
    bytes: usize,
    /// Symbols of snapshots that are made.
    pub(crate) snapshots: usize,
    /// Whether there was room for everything.
    pub(crate) is_whole: bool,
}

impl Round {
    fn push(&mut self, body: Body) {
        self.bytes += body.bytes().len();
        self.bodies.push(body);
    }

    const fn is_full(&self) -> bool {
        self.bytes >= ROUND_BYTES
    }
}

impl Subscriptions {
    pub(crate) fn add(&mut self, request: MarketDataRequest, view: &View) {
        let terms = Terms {
            depth: request.depth,
            wants: request.wants,
            with_position: request.with_position,
        };
        let (id, instruments) = (request.id, request.instruments.into_iter());
        if request.kind == Subscription::Snapshot {
            self.snapshots
                .extend(instruments.map(|instrument| Snapshot {
                    id: id.clone(),
                    terms,
                    instrument,
                }));
            return;
        }
        let instruments: BTreeMap<_, _> = instruments.map(|id| (id, None)).collect();
        for instrument in instruments.keys() {
            self.watch_phase(*instrument, view);
        }
        self.market_data
            .insert(id, MarketData { terms, instruments });
    }

    pub(crate) fn remove(&mut self, id: &str) {
        self.market_data.remove(id);
        self.forget_phases();
    }

    /// An id that is in use moves to the instrument, whose phase was told as it was with entry `told`.
    pub(crate) fn add_status(&mut self, id: String, instrument: InstrumentId, told: u64) {
        self.phases.entry(instrument).or_insert(Some(told));
        if self.status.insert(id, instrument).is_some() {
            self.forget_phases();
        }
    }

    pub(crate) fn remove_status(&mut self, id: &str) {
        self.status.remove(id);
        self.forget_phases();
    }

    /// What has changed for this connection since it was served, as far as there is room in a round. The next one begins where this one stops,
    /// so that every instrument has its turn.
    pub(crate) fn serve(&mut self, source: Source<'_>) -> Round {
        let mut round = Round::default();
        self.serve_phases(source, &mut round);
        self.serve_snapshots(source, &mut round);
        let begins = self.next.is_none();
        self.serve_market_data(source, &mut round);
        round.is_whole = begins && self.next.is_none() && self.snapshots.is_empty();
        round
    }

    fn serve_snapshots(&mut self, source: Source<'_>, round: &mut Round) {
        while !round.is_full()
            && let Some(snapshot) = self.snapshots.pop_front()
        {
            round.snapshots += 1;
            let Snapshot {
                id,
                terms,
                instrument,
            } = snapshot;
            if let Some(shown) = Shown::of(&id, terms, instrument, source) {
                let _once = shown.serve(&mut None, round);
            }
        }
    }

    fn serve_market_data(&mut self, source: Source<'_>, round: &mut Round) {
        let mut over = Vec::new();
        self.next = self.serve_in_turn(source, round, &mut over);
        for (id, instrument) in &over {
            if let Some(market_data) = self.market_data.get_mut(id) {
                market_data.instruments.remove(instrument);
            }
        }
        if !over.is_empty() {
            self.forget_phases();
        }
    }

    /// Where it stopped for want of room. What is to be shown no more is added to `over`.
    fn serve_in_turn(
        &mut self,
        source: Source<'_>,
        round: &mut Round,
        over: &mut Vec<(String, InstrumentId)>,
    ) -> Option<(String, InstrumentId)> {
        let (next_id, next) = self.next.take().unwrap_or_default();
        for (id, market_data) in self.market_data.range_mut(next_id.clone()..) {
            let from = if *id == next_id {
                next
            } else {
                InstrumentId::default()
            };
            for (instrument, served) in market_data.instruments.range_mut(from..) {
                if round.is_full() {
                    return Some((id.clone(), *instrument));
                }
                if let Some(shown) = Shown::of(id, market_data.terms, *instrument, source)
                    && shown.serve(served, round) == GoesOn::No
                {
                    over.push((id.clone(), *instrument));
                }
            }
        }
        None
    }

    /// A subscription is told changes of the status; it begins with the bands, where there are any.
    fn watch_phase(&mut self, instrument: InstrumentId, view: &View) {
        if let Some(phase) = view.book(instrument).map(Book::phase) {
            let told = phase.price_bands().is_none().then_some(phase.seq);
            self.phases.entry(instrument).or_insert(told);
        }
    }

    fn forget_phases(&mut self) {
        let watched: BTreeSet<InstrumentId> = self
            .market_data
            .values()
            .flat_map(|market_data| market_data.instruments.keys().copied())
            .chain(self.status.values().copied())
            .collect();
        self.phases
            .retain(|instrument, _| watched.contains(instrument));
    }

    /// SecurityStatus (f) for each change of phase: under each id that asked for it, and unsolicited for market data.
    fn serve_phases(&mut self, source: Source<'_>, round: &mut Round) {
        for (id, told) in &mut self.phases {
            let (Some(book), Some(instrument)) =
                (source.view.book(*id), source.directory.instrument(*id))
            else {
                continue;
            };
            let phase = book.phase();
            if *told >= Some(phase.seq) {
                continue;
            }
            let occasion = Occasion::Unasked {
                is_new_phase: told.is_some_and(|told| phase.since > told),
            };
            *told = Some(phase.seq);
            let ids = self.status.iter().filter(|(_, asked)| *asked == id);
            let before = round.bodies.len();
            let status =
                |id: Option<&str>| encode::security_status(id, &instrument, phase, occasion);
            for (id, _) in ids {
                round.push(status(Some(id)));
            }
            if round.bodies.len() == before {
                round.push(status(None));
            }
        }
    }
}

/// Whether an instrument is shown on under an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum GoesOn {
    Yes,
    No,
}

/// One instrument as it is shown under one id.
struct Shown<'a> {
    id: &'a str,
    terms: Terms,
    book: &'a Book,
    instrument: Instrument,
    source: Source<'a>,
}

impl<'a> Shown<'a> {
    fn of(id: &'a str, terms: Terms, instrument: InstrumentId, source: Source<'a>) -> Option<Self> {
        Some(Self {
            id,
            terms,
            book: source.view.book(instrument)?,
            instrument: source.directory.instrument(instrument)?,
            source,
        })
    }

    /// Everything since it was served, if anything is new; whether it is to be served again.
    fn serve(&self, served: &mut Option<Served>, round: &mut Round) -> GoesOn {
        let seq = self.source.view.seq();
        if let Some(served) = served {
            if served.seq >= self.book.changed() {
                return GoesOn::Yes;
            }
            if let Ok(news) = self.news(served) {
                for body in encode::incremental(&self.heading(), &news) {
                    round.push(body);
                }
                served.seq = seq;
                return GoesOn::Yes;
            }
        }
        if self.terms.depth.is_too_deep(self.book) {
            round.push(encode::too_deep(self.id, &self.instrument));
            return GoesOn::No;
        }
        let (depth, image) = match self.terms.depth {
            Depth::Full => (usize::MAX, BTreeMap::new()),
            Depth::Best(best) => (best, self.image(best)),
        };
        *served = Some(Served { seq, image });
        let heading = self.heading();
        round.push(encode::snapshot(
            &heading,
            self.book,
            depth,
            self.terms.wants,
        ));
        GoesOn::Yes
    }

    fn heading(&self) -> Heading<'_> {
        let position = || format!("{}-{}", self.source.epoch, self.source.view.seq());
        Heading {
            id: self.id,
            instrument: &self.instrument,
            position: self.terms.with_position.then(position),
        }
    }

    fn news(&self, served: &mut Served) -> Result<News, TooFarBehind> {
        let mut news = News::default();
        if self.terms.wants.trades {
            let tape = self.book.tape();
            news.prints = tape.prints_since(served.seq)?;
            news.mends = tape.mends_since(served.seq)?;
        }
        news.changes = match self.terms.depth {
            Depth::Full => self.wanted(self.book.changes_since(served.seq)?),
            Depth::Best(best) => {
                let image = self.image(best);
                let changes = differences(&served.image, &image);
                served.image = image;
                changes
            }
        };
        Ok(news)
    }

    fn wanted(&self, mut changes: Vec<Change>) -> Vec<Change> {
        changes.retain(|change| match change.side {
            Side::Buy => self.terms.wants.bids,
            Side::Sell => self.terms.wants.offers,
        });
        changes
    }

    fn image(&self, best: usize) -> BTreeMap<(Side, Price), Level> {
        let sides = encode::sides(self.terms.wants).into_iter().flatten();
        sides
            .flat_map(|side| {
                let levels = self.book.levels(side).take(best);
                levels.map(move |(price, level)| ((side, price), level))
            })
            .collect()
    }
}

/// What leads from one image to the next: what is gone first, so that a reader never holds more levels than it asked for.
fn differences(
    before: &BTreeMap<(Side, Price), Level>,
    now: &BTreeMap<(Side, Price), Level>,
) -> Vec<Change> {
    let gone = before.keys().filter(|key| !now.contains_key(key));
    let gone = gone.map(|(side, price)| Change {
        action: Action::Delete,
        side: *side,
        price: *price,
        level: None,
    });
    let shown = now.iter().filter_map(|((side, price), level)| {
        let action = match before.get(&(*side, *price)) {
            None => Action::New,
            Some(old) if old != level => Action::Change,
            Some(_) => return None,
        };
        Some(Change {
            action,
            side: *side,
            price: *price,
            level: Some(*level),
        })
    });
    gone.chain(shown).collect()
}

#[cfg(test)]
mod tests;

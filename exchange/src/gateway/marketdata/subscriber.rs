//! [`Subscriptions`]: what one connection is to be shown, and how far it has been shown it. In: the view. Out: messages. It stores, for each
//! instrument, the entry up to which the connection was served; for a limited depth also the image that it was sent. Pure.

use crate::directory::Directory;
use crate::gateway::marketdata::encode;
use crate::gateway::marketdata::request::{Depth, MarketDataRequest, Subscription, Wants};
use crate::gateway::marketdata::view::{
    Action, Book, Change, Level, PhaseView, TooFarBehind, View,
};
use fix_engine::codec::body::Body;
use market::id::InstrumentId;
use market::instrument::Instrument;
use market::order::Side;
use market::price::Price;
use std::collections::{BTreeMap, BTreeSet};

/// The subscriptions of one connection.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    /// By MDReqID (262).
    market_data: BTreeMap<String, MarketData>,
    /// Instruments by SecurityStatusReqID (324).
    status: BTreeMap<String, InstrumentId>,
    /// The entry of the last phase that was told, by instrument.
    phases: BTreeMap<InstrumentId, u64>,
}

#[derive(Debug)]
struct MarketData {
    depth: Depth,
    wants: Wants,
    /// It ends with its snapshot.
    is_snapshot: bool,
    /// How far each instrument is served; `None`: the snapshot is still to come.
    instruments: BTreeMap<InstrumentId, Option<Served>>,
}

#[derive(Debug)]
struct Served {
    seq: u64,
    /// What was sent, for a limited depth.
    image: BTreeMap<(Side, Price), Level>,
}

impl Subscriptions {
    pub(crate) fn add(&mut self, request: MarketDataRequest, view: &View) {
        for instrument in &request.instruments {
            self.watch_phase(*instrument, view);
        }
        let market_data = MarketData {
            depth: request.depth,
            wants: request.wants,
            is_snapshot: request.kind == Subscription::Snapshot,
            instruments: request
                .instruments
                .into_iter()
                .map(|id| (id, None))
                .collect(),
        };
        self.market_data.insert(request.id, market_data);
    }

    pub(crate) fn remove(&mut self, id: &str) {
        self.market_data.remove(id);
        self.forget_phases();
    }

    /// An id that is in use moves to the instrument, whose phase was told as it was with entry `told`.
    pub(crate) fn add_status(&mut self, id: String, instrument: InstrumentId, told: u64) {
        self.phases.entry(instrument).or_insert(told);
        if self.status.insert(id, instrument).is_some() {
            self.forget_phases();
        }
    }

    pub(crate) fn remove_status(&mut self, id: &str) {
        self.status.remove(id);
        self.forget_phases();
    }

    /// Everything that has changed for this connection since it was served.
    pub(crate) fn serve(&mut self, view: &View, directory: &Directory) -> Vec<Body> {
        let mut out = Vec::new();
        self.serve_phases(view, directory, &mut out);
        for (id, market_data) in &mut self.market_data {
            market_data.serve(id, view, directory, &mut out);
        }
        let before = self.market_data.len();
        self.market_data
            .retain(|_, market_data| !market_data.is_snapshot);
        if self.market_data.len() < before {
            self.forget_phases();
        }
        out
    }

    fn watch_phase(&mut self, instrument: InstrumentId, view: &View) {
        if let Some(book) = view.book(instrument) {
            self.phases.entry(instrument).or_insert(book.phase().seq);
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
    fn serve_phases(&mut self, view: &View, directory: &Directory, out: &mut Vec<Body>) {
        for (id, told) in &mut self.phases {
            let (Some(book), Some(instrument)) = (view.book(*id), directory.instrument(*id)) else {
                continue;
            };
            let phase = book.phase();
            if phase.seq <= *told {
                continue;
            }
            *told = phase.seq;
            let ids = self.status.iter().filter(|(_, asked)| *asked == id);
            let before = out.len();
            out.extend(ids.map(|(id, _)| changed(Some(id), &instrument, phase)));
            if out.len() == before {
                out.push(changed(None, &instrument, phase));
            }
        }
    }
}

fn changed(id: Option<&str>, instrument: &Instrument, phase: PhaseView) -> Body {
    encode::security_status(id, instrument, phase, true)
}

impl MarketData {
    fn serve(&mut self, id: &str, view: &View, directory: &Directory, out: &mut Vec<Body>) {
        for (instrument_id, served) in &mut self.instruments {
            let (Some(book), Some(instrument)) = (
                view.book(*instrument_id),
                directory.instrument(*instrument_id),
            ) else {
                continue;
            };
            let mut desk = Serving {
                id,
                book,
                instrument: &instrument,
                depth: self.depth,
                wants: self.wants,
            };
            match served {
                Some(served) if served.seq >= book.changed() => {}
                Some(served) => match desk.refresh(served) {
                    Ok(bodies) => {
                        out.extend(bodies);
                        served.seq = view.seq();
                    }
                    Err(TooFarBehind) => out.push(desk.snapshot(served, view.seq())),
                },
                None => {
                    let mut fresh = Served {
                        seq: 0,
                        image: BTreeMap::new(),
                    };
                    out.push(desk.snapshot(&mut fresh, view.seq()));
                    *served = Some(fresh);
                }
            }
        }
    }
}

/// One instrument of one subscription being served.
struct Serving<'a> {
    id: &'a str,
    book: &'a Book,
    instrument: &'a Instrument,
    depth: Depth,
    wants: Wants,
}

impl Serving<'_> {
    fn snapshot(&mut self, served: &mut Served, seq: u64) -> Body {
        served.seq = seq;
        if let Depth::Best(best) = self.depth {
            served.image = self.image(best);
        }
        let depth = match self.depth {
            Depth::Full => usize::MAX,
            Depth::Best(best) => best,
        };
        encode::snapshot(self.id, self.instrument, self.book, depth, self.wants)
    }

    fn refresh(&mut self, served: &mut Served) -> Result<Vec<Body>, TooFarBehind> {
        let prints = if self.wants.trades {
            self.book.prints_since(served.seq)?
        } else {
            Vec::new()
        };
        let changes = match self.depth {
            Depth::Full => self.wanted(self.book.changes_since(served.seq)?),
            Depth::Best(best) => {
                let image = self.image(best);
                let changes = differences(&served.image, &image);
                served.image = image;
                changes
            }
        };
        Ok(encode::incremental(
            self.id,
            self.instrument,
            &prints,
            &changes,
        ))
    }

    fn wanted(&self, mut changes: Vec<Change>) -> Vec<Change> {
        changes.retain(|change| match change.side {
            Side::Buy => self.wants.bids,
            Side::Sell => self.wants.offers,
        });
        changes
    }

    fn image(&self, best: usize) -> BTreeMap<(Side, Price), Level> {
        let sides = encode::sides(self.wants).into_iter().flatten();
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

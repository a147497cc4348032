//! The index of the market-wide breaker by the calendar, on a hub whose clock the test sets: weights and yesterday's close are said once,
//! whatever operators and restarts do, and the breaker goes by them.

use crate::calendar::SetClock;
use crate::kit::{self, published};
use exchange::calendar::Calendar;
use exchange::calendar::bell::Bell;
use exchange::calendar::conductor::Conductor;
use exchange::calendar::index::Compositions;
use exchange::calendar::markets::Markets;
use exchange::config::CalendarConfig;
use exchange::hub::{self, Hub, Running};
use journal::disk::Files;
use journal::entry::{Instruction, Origin};
use market::command::Command;
use market::id::InstrumentId;
use market::money::Money;
use std::path::Path;

const ACME: InstrumentId = InstrumentId(0);
const BOLT: InstrumentId = InstrumentId(1);

const INDEX: &str = r#"
    [index.2026-01-06]
    weights = { ACME = 2, BOLT = 1 }
    close = "310"
    [index.2026-01-07]
    weights = { BOLT = 3 }
"#;

fn at(text: &str) -> i64 {
    let instant: jiff::Timestamp = text.parse().unwrap();
    i64::try_from(instant.as_nanosecond()).unwrap()
}

struct Stage {
    clock: SetClock,
    hub: Hub,
    running: Running,
    bell: Bell,
    conductor: Conductor,
}

impl Stage {
    fn open(data: &Path, time: &str, keys: &str) -> Self {
        let clock = SetClock::at(at(time));
        let config: CalendarConfig = toml::from_str(keys).unwrap();
        let (of_hub, of_bell) = (Box::new(clock.clone()), Box::new(clock.clone()));
        let (hub, running) = hub::open(&kit::config(), data, Box::new(Files), of_hub).unwrap();
        let calendar = Calendar::new(&config).unwrap();
        let bell = Bell::new(calendar, of_bell, hub.clone());
        let markets = Markets::new(&config).unwrap();
        let conductor = Conductor::new(markets, Box::new(clock.clone()), hub.clone())
            .with_index(Compositions::new(&config).unwrap());
        Self {
            clock,
            hub,
            running,
            bell,
            conductor,
        }
    }

    async fn list(&self) {
        kit::list(&self.hub, &["ACME", "BOLT"]).await;
    }

    /// The calendar looks at a time; how many commands that took.
    async fn look(&mut self, time: &str) -> usize {
        self.clock.set(at(time));
        self.bell.ring_if_due().await.unwrap();
        let done = self.conductor.look().await.unwrap();
        assert_eq!(self.conductor.look().await, Ok(0), "nothing is done twice");
        done
    }

    async fn operator(&self, command: Command) {
        let origin = Origin::Operator {
            name: "ann".parse().unwrap(),
        };
        let instruction = Instruction::Market(command);
        let entry = kit::submit(&self.hub, origin, 1, instruction).unwrap();
        entry.await.unwrap();
    }

    /// Weights and close, as those are told who ask.
    fn index(&self) -> (Vec<(InstrumentId, u32)>, Option<Money>) {
        let tables = self.hub.halts.tables();
        (tables.weights.into_iter().collect(), tables.close)
    }

    fn end(self) {
        drop((self.bell, self.conductor, self.hub));
        self.running.shut_down().unwrap();
    }
}

fn money(text: &str) -> Option<Money> {
    Some(text.parse().unwrap())
}

#[tokio::test]
async fn weights_and_yesterdays_close_are_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path(), "2026-01-05T12:00:00Z", INDEX);
    stage.list().await;
    assert_eq!(stage.look("2026-01-05T23:59:59Z").await, 0);
    assert_eq!(stage.index(), (vec![], None));
    // The day begins: the one before ends first, whose end would set the close otherwise.
    assert_eq!(stage.look("2026-01-06T00:00:00Z").await, 3);
    let both = vec![(ACME, 2), (BOLT, 1)];
    assert_eq!(stage.index(), (both.clone(), money("310")));
    stage.end();

    let mut stage = Stage::open(folder.path(), "2026-01-06T12:00:00Z", INDEX);
    assert_eq!(stage.look("2026-01-06T12:00:00Z").await, 0, "a restart");
    assert_eq!(stage.index(), (both, money("310")));
    // The next date: nobody has said what those weights were at the close.
    assert_eq!(stage.look("2026-01-07T08:00:00Z").await, 2);
    assert_eq!(stage.index(), (vec![(BOLT, 3)], None));
    let close = money("290");
    stage.operator(Command::SetIndexClose { close }).await;
    // The end of each day sets it anew, and no date says otherwise.
    assert_eq!(stage.look("2026-01-08T08:00:00Z").await, 0);
    assert_eq!(stage.index(), (vec![(BOLT, 3)], money("300")));
    let entries = published(&stage.hub).await;
    let mut said = entries.iter().filter(|entry| {
        let of_index = matches!(
            entry.instruction,
            Instruction::Market(Command::SetIndexWeight { .. } | Command::SetIndexClose { .. })
        );
        of_index && entry.origin == Origin::System
    });
    assert!(said.by_ref().all(|entry| entry.events.len() == 1));
    stage.end();
}

#[tokio::test]
async fn an_operators_hand_counts_until_the_next_date() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path(), "2026-01-06T08:00:00Z", INDEX);
    stage.list().await;
    assert_eq!(stage.look("2026-01-06T08:00:01Z").await, 3);
    let (instrument, weight) = (ACME, 7);
    stage.clock.set(at("2026-01-06T09:00:00Z"));
    stage
        .operator(Command::SetIndexWeight { instrument, weight })
        .await;
    assert_eq!(stage.look("2026-01-06T09:00:01Z").await, 0);
    assert_eq!(stage.index(), (vec![(ACME, 7), (BOLT, 1)], None));
    stage.end();
    let mut stage = Stage::open(folder.path(), "2026-01-06T10:00:00Z", INDEX);
    assert_eq!(stage.look("2026-01-06T10:00:00Z").await, 0);
    assert_eq!(stage.index(), (vec![(ACME, 7), (BOLT, 1)], None));
    assert_eq!(stage.look("2026-01-07T08:00:00Z").await, 2);
    assert_eq!(stage.index(), (vec![(BOLT, 3)], None));
    stage.end();
}

#[tokio::test]
async fn an_index_with_somebody_unknown_waits_for_him() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = Stage::open(folder.path(), "2026-01-06T08:00:00Z", INDEX);
    let code = "USD".parse().unwrap();
    kit::run(&stage.hub, Command::ListAsset { code }).await;
    assert_eq!(stage.look("2026-01-06T08:00:01Z").await, 0);
    assert_eq!(stage.index(), (vec![], None));
    stage.operator(Command::Tick).await;
    let stage_lists = stage.list();
    stage_lists.await;
    assert_eq!(stage.look("2026-01-06T08:00:30Z").await, 0, "asked lately");
    assert_eq!(stage.look("2026-01-06T08:01:01Z").await, 3);
    assert_eq!(stage.index().1, money("310"));
    stage.end();
}

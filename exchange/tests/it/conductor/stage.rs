//! [`Stage`]: a hub that the calendar leads, whose clock the test sets, and what came of each look in words.

use crate::calendar::{SetClock, at};
use crate::kit::{self, published};
use exchange::calendar::conductor::Conductor;
use exchange::calendar::markets::Markets;
use exchange::config::CalendarConfig;
use exchange::hub::{self, Hub, Running};
use journal::disk::Files;
use journal::entry::{Instruction, Origin, TraceId};
use market::command::Command;
use market::event::Event;
use market::id::InstrumentId;
use market::instrument::Phase;
use market::time::Timestamp;
use std::path::Path;
use tempfile::TempDir;

pub(super) const ACME: InstrumentId = InstrumentId(0);
const FREE: InstrumentId = InstrumentId(1);

/// A hub with ACME in the usual market in UTC, and FREE in none.
pub(super) struct Stage {
    folder: TempDir,
    clock: SetClock,
    pub(super) hub: Hub,
    running: Running,
    conductor: Conductor,
    /// Up to where the journal was looked at.
    seen: usize,
}

fn told(nanos: Timestamp) -> String {
    let at = jiff::Timestamp::from_nanosecond(i128::from(nanos.nanos())).unwrap();
    at.strftime("%a %H:%M:%S").to_string()
}

pub(super) fn markets(keys: &str) -> Markets {
    let text = format!("[markets.x]\nsymbols = [\"ACME\"]\n{keys}");
    let config: CalendarConfig = toml::from_str(&text).unwrap();
    Markets::new(&config).unwrap()
}

fn open(data: &Path, clock: &SetClock) -> (Hub, Running, Conductor) {
    open_with(data, clock, "")
}

fn open_with(data: &Path, clock: &SetClock, keys: &str) -> (Hub, Running, Conductor) {
    let clock_of_hub = Box::new(clock.clone());
    let (hub, running) = hub::open(&kit::config(), data, Box::new(Files), clock_of_hub).unwrap();
    let conductor = Conductor::new(markets(keys), Box::new(clock.clone()), hub.clone());
    (hub, running, conductor)
}

impl Stage {
    /// Begins at a time; a call's random end is at most 30 s behind its earliest one.
    pub(super) async fn begin(time: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = SetClock::at(at(time));
        let (hub, running, conductor) = open(folder.path(), &clock);
        kit::list(&hub, &["ACME", "FREE"]).await;
        let seen = published(&hub).await.len();
        Self {
            folder,
            clock,
            hub,
            running,
            conductor,
            seen,
        }
    }

    /// The venue stops and starts again at another time.
    pub(super) async fn restart(self, time: &str) -> Self {
        self.restart_with(time, "").await
    }

    pub(super) async fn restart_with(self, time: &str, keys: &str) -> Self {
        let Self {
            folder,
            clock,
            hub,
            running,
            seen,
            ..
        } = self;
        drop(hub);
        running.shut_down().unwrap();
        clock.set(at(time));
        let (hub, running, conductor) = open_with(folder.path(), &clock, keys);
        Self {
            folder,
            clock,
            hub,
            running,
            conductor,
            seen,
        }
    }

    pub(super) async fn end(self) {
        assert_eq!(self.hub.directory.phase(FREE), Some(Phase::Closed));
        drop(self.hub);
        self.running.shut_down().unwrap();
    }

    /// The clock goes to a time, what is due is done, and the calendar has its look. What came of it: commands, then the phase.
    pub(super) async fn go(&mut self, time: &str) -> String {
        self.clock.set(at(time));
        kit::run(&self.hub, Command::Tick).await;
        self.look().await
    }

    pub(super) async fn look(&mut self) -> String {
        self.conductor.look().await.unwrap();
        // Nothing is left to do, and nothing is done twice.
        assert_eq!(self.conductor.look().await, Ok(0));
        let entries = published(&self.hub).await;
        let mut commands: Vec<String> = Vec::new();
        for entry in &entries[self.seen..] {
            let Instruction::Market(command) = &entry.instruction else {
                continue;
            };
            let refused = entry
                .events
                .iter()
                .any(|event| matches!(event, Event::Refused { .. }));
            let command = match *command {
                Command::PreOpen { .. } => "pre-open".into(),
                Command::Open { .. } => "open".into(),
                Command::Close { .. } => "close".into(),
                Command::PostTrade { .. } => "post-trade".into(),
                Command::Call { auction, until, .. } => {
                    format!("{auction:?} until {}", told(until))
                }
                Command::SetClose { at, .. } => format!("ends {}", told(at.unwrap())),
                _ => continue,
            };
            let command = if refused {
                format!("{command} refused")
            } else {
                command
            };
            if entry.origin == Origin::System {
                commands.push(command);
            }
        }
        self.seen = entries.len();
        commands.push(format!("{:?}", self.phase()));
        commands.join(", ")
    }

    pub(super) fn phase(&self) -> Phase {
        self.hub.directory.phase(ACME).unwrap()
    }

    /// An operator's command at a time.
    pub(super) async fn operator(&self, time: &str, command: Command) {
        self.clock.set(at(time));
        let origin = Origin::Operator {
            name: "ann".parse().unwrap(),
        };
        let n = u128::from(self.hub.feed.last_seq()) + 1;
        let instruction = Instruction::Market(command);
        let entry = kit::submit(&self.hub, origin, n, instruction).unwrap();
        let entry = entry.await.unwrap();
        let first = entry.events.first();
        assert!(!matches!(first, Some(Event::Refused { .. })), "{first:?}");
        assert_ne!(entry.trace, TraceId(0));
    }
}

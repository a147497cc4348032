//! [`Conductor`]: leads instruments through their trading days, as [`Hours`](crate::calendar::hours::Hours) have them, and sees that the
//! index of the market-wide breaker is what [`Compositions`] have. What there is to do follows from the journal and the time alone
//! ([`step`]), so a restart repeats nothing and leaves nothing out. It asks the clock that it was given, and the sequencer like everybody
//! else.

use crate::calendar::index::Compositions;
use crate::calendar::markets::Markets;
use crate::calendar::standing::Standing;
use crate::calendar::step::step;
use crate::clock::Clock;
use crate::directory::place::Place;
use crate::hub::Hub;
use crate::sequencer::SubmitError;
use futures_util::future::try_join_all;
use journal::entry::{Instruction, Origin};
use market::command::Command;
use market::id::{InstrumentId, Symbol};
use market::time::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Longest time between two looks at the clock: so late at most is a clock that was set noticed.
const STEP_MAX: Duration = Duration::from_secs(1);
/// Shortest time between two looks at the clock.
const STEP_MIN: Duration = Duration::from_millis(10);
/// Pause before the sequencer is asked again that was busy.
const BUSY_PAUSE: Duration = Duration::from_millis(100);
/// Time until the market is asked again for what it has refused, in nanoseconds: the market-wide breaker may hold it.
const REFUSED_PAUSE: i64 = 60_000_000_000;
/// Commands that are on their way at a time: one sync of the disk serves them all.
const IN_FLIGHT: usize = 256;

/// Commands for one instrument at one look, at most: it takes three (when trading ends, a close that was missed, the phase).
const STEPS: usize = 4;

/// Leads instruments through their trading days.
pub struct Conductor {
    markets: Markets,
    compositions: Compositions,
    clock: Box<dyn Clock>,
    hub: Hub,
    /// When it began: what the calendar has had before was missed.
    began: Timestamp,
    /// What the market has refused: not asked again until the instrument stands elsewhere, or for a while.
    refused: BTreeMap<InstrumentId, Refused>,
    /// The day whose index cannot be had, and when that was found: not tried again for a while.
    index_refused: Option<(Timestamp, Timestamp)>,
}

impl Conductor {
    /// For the exchange behind `hub`.
    pub fn new(markets: Markets, mut clock: Box<dyn Clock>, hub: Hub) -> Self {
        for symbol in markets.named() {
            if hub
                .directory
                .instrument_by_symbol(symbol.as_str())
                .is_none()
            {
                tracing::warn!(%symbol, "a market of the calendar names an instrument that is not listed");
            }
        }
        Self {
            began: clock.now(),
            markets,
            compositions: Compositions::default(),
            clock,
            hub,
            refused: BTreeMap::new(),
            index_refused: None,
        }
    }

    /// The same, and the index follows these.
    #[must_use]
    pub fn with_index(self, compositions: Compositions) -> Self {
        Self {
            compositions,
            ..self
        }
    }

    /// Leads the index and every instrument to where the calendar has it now, and no further than what is open to it. How many commands
    /// that took.
    ///
    /// # Errors
    /// As [`crate::sequencer::Submitter::call`]; asked again, it goes on.
    pub async fn look(&mut self) -> Result<usize, SubmitError> {
        let now = self.clock.now();
        let mut done = self.look_at_index(now).await?;
        for _ in 0..STEPS {
            let steps = self.steps(now);
            if steps.is_empty() {
                break;
            }
            for chunk in steps.chunks(IN_FLIGHT) {
                try_join_all(chunk.iter().map(|one| Self::carry_out(&self.hub, one)))
                    .await?
                    .into_iter()
                    .flatten()
                    .for_each(|step| {
                        let at = (step.since, step.place, now);
                        self.refused.insert(step.instrument, at);
                    });
                done += chunk.len();
            }
        }
        Ok(done)
    }

    /// Brings the index to what the calendar has it consist of. How many commands that took.
    async fn look_at_index(&mut self, now: Timestamp) -> Result<usize, SubmitError> {
        let since = self.compositions.since(now);
        let (Some(since), Some(day_began)) = (since, self.hub.directory.day_began()) else {
            return Ok(0);
        };
        if let Some((day, at)) = self.index_refused
            && day == since
            && is_recent(at, now)
        {
            return Ok(0);
        }
        let directory = &self.hub.directory;
        let number = |symbol: Symbol| Some(directory.instrument_by_symbol(symbol.as_str())?.id);
        let tables = self.hub.halts.tables();
        let commands = match self.compositions.commands(now, day_began, &tables, number) {
            Ok(commands) => commands,
            Err(symbol) => {
                tracing::warn!(%symbol, "the calendar's index names an instrument that is not listed: it stays as it is");
                self.index_refused = Some((since, now));
                return Ok(0);
            }
        };
        for (done, command) in (1..).zip(&commands) {
            let instruction = Instruction::Market(*command);
            let entry = self.hub.submitter.call(Origin::System, instruction).await?;
            if let Some(refusal) = entry.refusal() {
                tracing::warn!(seq = entry.seq, %refusal, "the calendar's index was refused: the breaker may be off");
                self.index_refused = Some((since, now));
                return Ok(done);
            }
        }
        if !commands.is_empty() {
            tracing::info!(
                commands = commands.len(),
                "the index is what the calendar says"
            );
        }
        Ok(commands.len())
    }

    /// What there is to do: one command for an instrument.
    fn steps(&self, now: Timestamp) -> Vec<Step> {
        let standings: Vec<Option<Standing>> = self
            .markets
            .hours()
            .iter()
            .map(|hours| hours.at(now))
            .collect();
        if standings.is_empty() {
            return Vec::new();
        }
        let directory = &self.hub.directory;
        let instruments = directory.instruments();
        let steps = instruments.iter().filter_map(|instrument| {
            let standing = standings[self.markets.of(instrument.symbol)?]?;
            let place = directory.place(instrument.id)?;
            let missed = standing.since < self.began;
            let command = step(instrument.id, place, &standing, now, missed)?;
            let refused = self.refused.get(&instrument.id);
            let is_refused = refused.is_some_and(|(since, from, at)| {
                (*since, *from) == (standing.since, place) && is_recent(*at, now)
            });
            (!is_refused).then_some(Step {
                instrument: instrument.id,
                symbol: instrument.symbol,
                command,
                since: standing.since,
                place,
            })
        });
        steps.collect()
    }

    /// Carries out one command; it comes back when the market refuses it.
    async fn carry_out<'a>(hub: &Hub, step: &'a Step) -> Result<Option<&'a Step>, SubmitError> {
        let instruction = Instruction::Market(step.command);
        let entry = hub.submitter.call(Origin::System, instruction).await?;
        let (symbol, seq) = (step.symbol, entry.seq);
        if let Some(refusal) = entry.refusal() {
            tracing::warn!(%symbol, seq, %refusal, "the calendar's command was refused");
            return Ok(Some(step));
        }
        let phase = hub.directory.phase(step.instrument);
        if !matches!(step.command, Command::SetClose { .. }) {
            tracing::info!(%symbol, seq, ?phase, "the calendar's next phase");
        }
        Ok(None)
    }

    /// Leads on until `stop`, or until the venue takes no commands.
    pub async fn run(mut self, stop: CancellationToken) {
        let _watch = self.hub.health.watch("conductor");
        let directory = Arc::clone(&self.hub.directory);
        loop {
            let wait = match self.look().await {
                Ok(_) => self.wait(),
                Err(SubmitError::Busy) => BUSY_PAUSE,
                Err(SubmitError::Stopped(_)) => return,
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
                // A halt may be over, or a call, and something of the calendar may have waited for it.
                () = directory.phase_changed() => {}
            }
        }
    }

    fn wait(&mut self) -> Duration {
        if self.markets.hours().is_empty() && self.compositions.is_empty() {
            return Duration::MAX;
        }
        let now = self.clock.now();
        let next = self
            .markets
            .hours()
            .iter()
            .filter_map(|hours| hours.next_change(now))
            .min();
        let left = next.and_then(|next| u64::try_from(next.nanos() - now.nanos()).ok());
        left.map_or(STEP_MAX, Duration::from_nanos)
            .clamp(STEP_MIN, STEP_MAX)
    }
}

/// Whether what was refused then is not asked for again yet.
fn is_recent(refused: Timestamp, now: Timestamp) -> bool {
    let pause = now.nanos().saturating_sub(refused.nanos());
    (0..REFUSED_PAUSE).contains(&pause)
}

/// Since when the calendar had its phase, where the instrument stood, and when it was asked.
type Refused = (Timestamp, Place, Timestamp);

/// One command for one instrument.
struct Step {
    instrument: InstrumentId,
    symbol: Symbol,
    command: Command,
    /// Since when the calendar has its phase.
    since: Timestamp,
    /// Where the instrument stands.
    place: Place,
}

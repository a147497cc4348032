//! Commands a second through sequencer, journal and feed, at each durability: 64 submitters that pipeline (what the venue carries), and
//! one command at a time (what one participant waits). The journal lies in the target folder, so on the disk that the build uses.
//!
//! A submitter is a task, as a session is in the exchange. It keeps [`WINDOW`] commands unanswered and takes every reply; a command is
//! counted once its reply, the durable entry, has come. Tasks, sequencer and journal share the processors; the processor time of all of
//! them, of threads by name, is told beside the speed.
//!
//! `cargo bench -p exchange --bench sequencer [-- --quick] [fsync|os|none]…`
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    missing_docs,
    reason = "a program that prints its figures"
)]

mod flow;
mod processor;

use exchange::clock::SystemClock;
use exchange::config::{Durability, JournalConfig};
use exchange::hub::{self, Hub};
use exchange::sequencer::{Submission, SubmitError};
use flow::{Flow, PARTICIPANTS};
use journal::disk::Files;
use journal::entry::{Entry, Instruction, Origin, TraceId};
use market::command::Command;
use market::id::ParticipantId;
use processor::ProcessorTime;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// Rounds that are measured; the first of all is not.
const ROUNDS: usize = 5;
/// Commands of one submitter in a round.
const ROUND: u64 = 10_000;
/// Commands one at a time.
const ALONE: usize = 20_000;
/// Commands that a submitter keeps unanswered.
const WINDOW: usize = 64;
/// Orders of each submitter that rest before anything is measured.
const PRELOAD: usize = 300;

/// One participant's session, as the sequencer knows it.
struct Submitter {
    hub: Hub,
    participant: ParticipantId,
    msg_seq_num: u64,
    flow: Flow,
    unanswered: VecDeque<oneshot::Receiver<Arc<Entry>>>,
}

impl Submitter {
    fn new(hub: &Hub, participant: u32) -> Self {
        Self {
            hub: hub.clone(),
            participant: ParticipantId(participant),
            msg_seq_num: 1,
            flow: Flow::new(participant),
            unanswered: VecDeque::new(),
        }
    }

    /// Puts a command into the queue; it is larger than all windows, so it has room.
    fn put(&mut self, command: Command) {
        self.msg_seq_num += 1;
        let origin = Origin::Session {
            participant: self.participant,
            incarnation: 0,
            msg_seq_num: self.msg_seq_num,
        };
        self.unanswered
            .push_back(put(&self.hub, origin, command).unwrap());
    }

    /// One round: every command is answered at its end.
    async fn round(mut self, commands: u64) -> Self {
        let mut left = commands;
        while left > 0 || !self.unanswered.is_empty() {
            while left > 0 && self.unanswered.len() < WINDOW {
                let command = self.flow.command();
                self.put(command);
                left -= 1;
            }
            self.hub.submitter.see_to_it();
            self.hear().await;
        }
        self
    }

    /// Waits for the oldest reply and takes all that have come with it.
    async fn hear(&mut self) {
        if let Some(oldest) = self.unanswered.pop_front() {
            oldest.await.unwrap();
        }
        while let Some(next) = self.unanswered.front_mut()
            && next.try_recv().is_ok()
        {
            self.unanswered.pop_front();
        }
    }
}

/// Puts a command into the queue.
fn put(
    hub: &Hub,
    origin: Origin,
    command: Command,
) -> Result<oneshot::Receiver<Arc<Entry>>, SubmitError> {
    let (reply, entry) = oneshot::channel();
    hub.submitter.put(Submission {
        origin,
        trace: TraceId(1),
        instruction: Instruction::Market(command),
        reply: Some(reply),
    })?;
    Ok(entry)
}

/// Submits and waits until it is durable.
fn call(hub: &Hub, command: Command) {
    let entry = put(hub, Origin::System, command).unwrap();
    hub.submitter.see_to_it();
    entry.blocking_recv().unwrap();
}

fn main() {
    allocator::keep_memory();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let is_quick =
        args.iter().any(|arg| arg == "--quick") || !args.iter().any(|arg| arg == "--bench");
    let all = [Durability::Fsync, Durability::Os, Durability::None];
    let named = all.map(|durability| args.iter().any(|arg| arg == durability.name()));
    for (durability, is_named) in all.into_iter().zip(named) {
        if is_named || named == [false; 3] {
            measure(durability, is_quick);
        }
    }
}

/// Both figures at one durability, on a fresh journal.
fn measure(durability: Durability, is_quick: bool) {
    let (rounds, round, alone) = if is_quick {
        (1, 100, 100)
    } else {
        (ROUNDS, ROUND, ALONE)
    };
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let config = JournalConfig {
        durability,
        ..JournalConfig::default()
    };
    let clock = Box::new(SystemClock::default());
    let (hub, running) = hub::open(&config, folder.path(), Box::new(Files), clock).unwrap();
    flow::opening()
        .into_iter()
        .for_each(|command| call(&hub, command));
    let mut submitters = warm(&runtime, &hub, round);
    for _ in 0..rounds {
        let before = ProcessorTime::now();
        let began = Instant::now();
        submitters = pipeline(&runtime, submitters, round);
        let took = began.elapsed();
        let commands = (u64::from(PARTICIPANTS) * round) as f64;
        let after = ProcessorTime::now();
        let (total, threads) = after.since(&before);
        let threads: Vec<_> = threads
            .iter()
            .map(|(name, nanos)| format!("{name} {:.2}", *nanos as f64 / commands / 1e3))
            .collect();
        println!(
            "{:<6} {PARTICIPANTS} submitters: {:>9.0} commands a second; processor time a command {:.2} µs: {}",
            durability.name(),
            commands / took.as_secs_f64(),
            total as f64 / commands / 1e3,
            threads.join(", ")
        );
    }
    let mut took: Vec<_> = (0..alone)
        .map(|_| one_at_a_time(&mut submitters[0]))
        .collect();
    took.sort_unstable();
    let nth = |per_mille: usize| took[(took.len() - 1) * per_mille / 1000].as_secs_f64() * 1e6;
    println!(
        "{:<6} one at a time: p50 {:.1} µs, p99 {:.1} µs",
        durability.name(),
        nth(500),
        nth(990)
    );
    drop(submitters);
    running.shut_down().unwrap();
}

/// Submitters whose books are filled, after one round.
fn warm(runtime: &Runtime, hub: &Hub, round: u64) -> Vec<Submitter> {
    let mut submitters: Vec<_> = (0..PARTICIPANTS).map(|n| Submitter::new(hub, n)).collect();
    for submitter in &mut submitters {
        for _ in 0..PRELOAD {
            let command = submitter.flow.rest();
            submitter.put(command);
        }
    }
    hub.submitter.see_to_it();
    pipeline(runtime, submitters, round)
}

/// So many commands of each submitter, all at the same time.
fn pipeline(runtime: &Runtime, submitters: Vec<Submitter>, commands: u64) -> Vec<Submitter> {
    let tasks: Vec<_> = submitters
        .into_iter()
        .map(|submitter| runtime.spawn(submitter.round(commands)))
        .collect();
    tasks
        .into_iter()
        .map(|task| runtime.block_on(task).unwrap())
        .collect()
}

/// From the call to the durable entry.
fn one_at_a_time(submitter: &mut Submitter) -> Duration {
    let command = submitter.flow.command();
    let began = Instant::now();
    submitter.put(command);
    submitter.hub.submitter.see_to_it();
    let entry = submitter.unanswered.pop_front().unwrap();
    entry.blocking_recv().unwrap();
    began.elapsed()
}

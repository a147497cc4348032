//! What the benches drive: a generated flow through books alone, through a market with unchecked accounts, and through one with cash
//! accounts, reservations and rules. Whatever is loading (the flow, its commands, instruments, accounts) is done before.

use super::generator::{Generator, Mix, RULES};
use market::account::AccountTerms;
use market::command::Command;
use market::event::Event;
use market::flow::{Alone, Commands, Operation};
use market::limits::Limits;
use market::market::Market;
use market::rules::Rules;
use market::time::Timestamp;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Commands that are looked at together before they are applied, as many as the sequencer does.
const TOGETHER: usize = 64;

/// What a flow goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drive {
    /// Books, without names, accounts and events.
    Books,
    /// The market; accounts are not checked.
    Unchecked,
    /// The market with cash accounts: balances, reservations, bands and limits.
    Accounts,
}

impl Drive {
    pub(crate) const ALL: [Self; 3] = [Self::Books, Self::Unchecked, Self::Accounts];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Books => "books",
            Self::Unchecked => "unchecked",
            Self::Accounts => "accounts",
        }
    }

    /// One run for the speed and one for the times, in a line: reading the clock twice is in each of these.
    pub(crate) fn line(self, operations: &[Operation]) -> String {
        let mut ready = self.ready(operations);
        let took = timed(|| ready.run());
        let times = self.ready(operations).times();
        let at = |per_mille: usize| {
            let place = times.len() * per_mille / 1_000;
            times[place.min(times.len() - 1)].as_nanos()
        };
        format!(
            "{:<10} {}; one: p50 {} ns, p99 {} ns, p99.9 {} ns, max {} ns",
            self.name(),
            took.speed(operations.len()),
            at(500),
            at(990),
            at(999),
            at(1_000),
        )
    }

    /// All that is to be there before the flow.
    pub(crate) fn ready(self, operations: &[Operation]) -> Ready {
        let (terms, rules) = match self {
            Self::Books => return Ready::Books(Box::default(), operations.to_vec()),
            Self::Unchecked => (AccountTerms::Unchecked, Rules::NONE),
            Self::Accounts => (AccountTerms::Cash, RULES),
        };
        let commands = Commands::of(operations, terms, rules).expect("a generated flow");
        let mut market = Market::new(Limits::default());
        let mut events = Vec::new();
        for command in &commands.opening {
            market.apply(0, Timestamp::default(), command, &mut events);
        }
        events.clear();
        Ready::Market(Box::new(market), commands.orders, events)
    }
}

/// A flow about to run.
pub(crate) enum Ready {
    Books(Box<Alone>, Vec<Operation>),
    Market(Box<Market>, Vec<Command>, Vec<Event>),
}

impl Ready {
    /// The whole flow; how many trades it made.
    pub(crate) fn run(&mut self) -> u64 {
        let mut trades = 0;
        match self {
            Self::Books(alone, operations) => {
                for operation in operations.iter() {
                    trades += enter(alone, operation);
                }
            }
            Self::Market(market, commands, events) => {
                let mut seq = 0;
                for together in commands.chunks(TOGETHER) {
                    market.foresee(together.iter());
                    for command in together {
                        seq += 1;
                        apply(market, seq, command, events);
                    }
                }
                trades = market.trades();
            }
        }
        trades
    }

    /// How many orders rest.
    pub(crate) fn resting(&self) -> u64 {
        match self {
            Self::Books(alone, _) => alone.live_orders(),
            Self::Market(market, ..) => market.live_orders(),
        }
    }

    /// The whole flow, each operation with the clock read before and after it: how long each took, the shortest first.
    pub(crate) fn times(&mut self) -> Vec<Duration> {
        let mut times = Vec::new();
        let mut seq = 0;
        let mut more = true;
        while more {
            let start = Instant::now();
            more = self.step(seq);
            times.push(start.elapsed());
            seq += 1;
        }
        times.pop();
        times.sort_unstable();
        times
    }

    /// One operation, by its place in the flow; whether there is one.
    pub(crate) fn step(&mut self, seq: usize) -> bool {
        match self {
            Self::Books(alone, operations) => {
                let operation = operations.get(seq);
                operation.is_some_and(|operation| {
                    enter(alone, operation);
                    true
                })
            }
            Self::Market(market, commands, events) => {
                let command = commands.get(seq);
                command.is_some_and(|command| {
                    apply(market, seq as u64, command, events);
                    true
                })
            }
        }
    }
}

#[inline(never)]
fn enter(alone: &mut Alone, operation: &Operation) -> u64 {
    let mut trades = 0;
    let became = alone.apply(operation, &mut |print| {
        black_box(print);
        trades += 1;
    });
    black_box(became.expect("a generated operation"));
    trades
}

#[inline(never)]
fn apply(market: &mut Market, seq: u64, command: &Command, events: &mut Vec<Event>) {
    market.apply(seq, Timestamp::default(), command, events);
    black_box(&*events);
    events.clear();
}

/// All operations of a flow.
pub(crate) fn operations(mix: Mix) -> Vec<Operation> {
    Generator::new(mix)
        .collect::<Result<_, _>>()
        .expect("a generated flow")
}

/// How long something took: by the clock, and on the processor, which leaves out what others took of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    pub(crate) clock: Duration,
    /// As Linux counts it, nothing elsewhere.
    pub(crate) processor: Option<Duration>,
}

/// Runs `work`.
pub(crate) fn timed(work: impl FnOnce() -> u64) -> Took {
    let (before, start) = (on_processor(), Instant::now());
    black_box(work());
    let clock = start.elapsed();
    let processor = on_processor()
        .zip(before)
        .map(|(after, before)| after - before);
    Took { clock, processor }
}

fn on_processor() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos = text.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

impl Took {
    /// In millions a second.
    pub(crate) fn speed(self, operations: usize) -> String {
        let millions = |took: Duration| {
            let thousands = operations as u128 * 1_000_000 / took.as_nanos().max(1);
            format!("{}.{:02} M/s", thousands / 1_000, thousands % 1_000 / 10)
        };
        match self.processor {
            Some(processor) => format!(
                "{} on the processor, {} by the clock",
                millions(processor),
                millions(self.clock)
            ),
            None => format!("{} by the clock", millions(self.clock)),
        }
    }
}

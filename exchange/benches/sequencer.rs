//! Commands a second through sequencer, journal and feed, at each durability: a full pipe (what the venue carries), and one command at
//! a time (what one participant waits). The journal lies in the target folder, so on the disk that the build uses.
#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use exchange::clock::SystemClock;
use exchange::config::{Durability, JournalConfig};
use exchange::entry::{Entry, Instruction, Origin, TraceId};
use exchange::hub::{self, Hub};
use exchange::journal::disk::Files;
use exchange::sequencer::{Submission, SubmitError};
use market::account::AccountTerms;
use market::command::Command;
use market::id::{AccountId, InstrumentId, ParticipantId};
use market::instrument::Instrument;
use market::order::{OrdType, OrderTerms, Side, TimeInForce};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::oneshot;

/// Commands of one measured round.
const ROUND: u64 = 20_000;

/// One participant with one account that trades with itself, so that nothing runs out.
fn opening() -> Vec<Command> {
    vec![
        Command::ListAsset {
            code: "USD".parse().unwrap(),
        },
        Command::ListInstrument(Instrument {
            id: InstrumentId(0),
            symbol: "ACME".parse().unwrap(),
            currency: "USD".parse().unwrap(),
            tick: "0.01".parse().unwrap(),
            lot: "1".parse().unwrap(),
            min_qty: "1".parse().unwrap(),
            max_qty: "1000".parse().unwrap(),
            reference_px: "100".parse().unwrap(),
        }),
        Command::AdmitParticipant {
            comp_id: "BENCH".parse().unwrap(),
        },
        Command::OpenAccount {
            name: "BENCH".parse().unwrap(),
            terms: AccountTerms::Unchecked,
        },
        Command::GrantAccount {
            participant: ParticipantId(0),
            account: AccountId(0),
        },
        Command::Open {
            instrument: InstrumentId(0),
        },
    ]
}

/// Sell, buy, sell, buy: every second order trades with the one before it.
fn order(n: u64) -> Command {
    Command::Enter {
        participant: ParticipantId(0),
        cl_ord_id: n.to_string().parse().unwrap(),
        terms: OrderTerms {
            account: AccountId(0),
            instrument: InstrumentId(0),
            side: if n.is_multiple_of(2) {
                Side::Sell
            } else {
                Side::Buy
            },
            ord_type: OrdType::Limit("100".parse().unwrap()),
            time_in_force: TimeInForce::Day,
            order_qty: "1".parse().unwrap(),
            post_only: false,
            max_floor: None,
            all_or_none: false,
            min_qty: None,
            short_sale: false,
            reprice_to_band: false,
        },
    }
}

/// Submits, again while the queue is full.
fn submit(hub: &Hub, command: Command, reply: Option<oneshot::Sender<Arc<Entry>>>) {
    let mut reply = reply;
    loop {
        let sent = hub.submitter.try_submit(Submission {
            origin: Origin::System,
            trace: TraceId(1),
            instruction: Instruction::Market(command),
            reply: reply.take(),
        });
        match sent {
            Ok(()) => return,
            Err(SubmitError::Busy) => std::thread::yield_now(),
            Err(stopped) => panic!("{stopped}"),
        }
    }
}

/// Submits and waits until it is durable. Only with room in the queue: a refused submission drops its reply.
fn call(hub: &Hub, command: Command) {
    let (reply, entry) = oneshot::channel();
    submit(hub, command, Some(reply));
    entry.blocking_recv().unwrap();
}

fn sequencer(criterion: &mut Criterion) {
    for durability in [Durability::Fsync, Durability::Os, Durability::None] {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let config = JournalConfig {
            durability,
            ..JournalConfig::default()
        };
        let clock = Box::new(SystemClock::default());
        let (hub, running) = hub::open(&config, folder.path(), Box::new(Files), clock).unwrap();
        opening()
            .into_iter()
            .for_each(|command| call(&hub, command));
        let mut n = 0;

        let mut group = criterion.benchmark_group("sequencer");
        group.sample_size(10);
        group.throughput(Throughput::Elements(ROUND));
        group.bench_function(BenchmarkId::new("full_pipe", durability.name()), |bench| {
            bench.iter_custom(|rounds| {
                let began = Instant::now();
                for _ in 0..rounds {
                    let first = hub.feed.last_seq();
                    for _ in 0..ROUND {
                        n += 1;
                        submit(&hub, order(n), None);
                    }
                    while hub.feed.last_seq() < first + ROUND {
                        std::thread::yield_now();
                    }
                }
                began.elapsed()
            });
        });
        group.throughput(Throughput::Elements(1));
        group.bench_function(
            BenchmarkId::new("one_at_a_time", durability.name()),
            |bench| {
                bench.iter(|| {
                    n += 1;
                    call(&hub, order(n));
                });
            },
        );
        group.finish();
        running.shut_down().unwrap();
    }
}

criterion_group!(benches, sequencer);
criterion_main!(benches);

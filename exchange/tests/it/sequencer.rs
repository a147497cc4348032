//! The sequencer: nothing is told before it is durable, one sync serves many, a full queue says so, a shutdown finishes what was taken.

use crate::kit::{
    ACME, ObedientDisk, Orders, PATIENCE, config, enter, open, open_market, open_on, published,
    run, submit,
};
use exchange::clock::Clock;
use exchange::config::{Durability, JournalConfig};
use exchange::hub;
use exchange::sequencer::{StopReason, Submission, SubmitError};
use journal::disk::Files;
use journal::entry::{Entry, Instruction, Origin, TraceId};
use journal::participant::{
    ClientCert, Credentials, Fingerprint, ParticipantChange, PasswordHash, Rights,
};
use market::command::Command;
use market::event::Event;
use market::id::ParticipantId;
use market::order::{Side, TimeInForce};
use market::refusal::Refusal;
use market::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::sync::oneshot;

fn synced() -> JournalConfig {
    JournalConfig {
        durability: Durability::Fsync,
        ..config()
    }
}

fn list_asset(n: u64) -> Instruction {
    let code = format!("A{n}").parse().unwrap();
    Instruction::Market(Command::ListAsset { code })
}

#[tokio::test]
async fn nothing_is_told_before_it_is_synced() {
    let folder = tempfile::tempdir().unwrap();
    let orders = Orders::default();
    let disk = Box::new(ObedientDisk(orders.clone()));
    let (hub, running) = open_on(folder.path(), &synced(), disk).unwrap();
    orders.hold_syncs();
    let mut reader = hub.feed.subscribe(0);
    let mut reply = submit(&hub, Origin::System, 1, list_asset(0)).unwrap();
    orders.await_sync_after(0);
    // The bytes are in the file, the sync is under way: nobody knows.
    assert_eq!(hub.feed.last_seq(), 0);
    assert!(reply.try_recv().is_err());
    assert!(hub.directory.asset_by_code("A0".parse().unwrap()).is_none());
    assert_eq!(hub.metrics.last_seq.get(), 0);
    orders.release_syncs();
    let entry = reply.await.unwrap();
    assert_eq!(entry.seq, 1);
    assert!(hub.directory.asset_by_code("A0".parse().unwrap()).is_some());
    assert_eq!(reader.next().await.unwrap(), [entry]);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn matching_goes_on_while_the_disk_syncs_and_one_sync_serves_many() {
    let folder = tempfile::tempdir().unwrap();
    let orders = Orders::default();
    let disk = Box::new(ObedientDisk(orders.clone()));
    let (hub, running) = open_on(folder.path(), &synced(), disk).unwrap();
    orders.hold_syncs();
    let first = submit(&hub, Origin::System, 0, list_asset(0)).unwrap();
    orders.await_sync_after(0);
    let rest: Vec<_> = (1..200)
        .map(|n| submit(&hub, Origin::System, n.into(), list_asset(n)).unwrap())
        .collect();
    orders.release_syncs();
    let mut seqs = vec![first.await.unwrap().seq];
    for reply in rest {
        seqs.push(reply.await.unwrap().seq);
    }
    assert_eq!(seqs, (1..=200).collect::<Vec<_>>());
    // Four batches may wait for the disk and one be on its way; the rest stood in the queue.
    assert!(
        orders.syncs_done() <= 12,
        "{} syncs for 200 commands",
        orders.syncs_done()
    );
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_full_queue_says_busy_and_takes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let orders = Orders::default();
    let small = JournalConfig {
        queue: 4,
        batch: 1,
        ..synced()
    };
    let disk = Box::new(ObedientDisk(orders.clone()));
    let (hub, running) = open_on(folder.path(), &small, disk).unwrap();
    orders.hold_syncs();
    let mut taken = Vec::new();
    let mut busy = false;
    for n in 0..10_000 {
        match submit(&hub, Origin::System, n.into(), list_asset(n)) {
            Ok(reply) => taken.push(reply),
            Err(error) => {
                assert_eq!(error, SubmitError::Busy);
                busy = true;
                break;
            }
        }
    }
    assert!(busy, "a queue of four took {} commands", taken.len());
    orders.release_syncs();
    let count = u64::try_from(taken.len()).unwrap();
    for reply in taken {
        reply.await.unwrap();
    }
    assert_eq!(hub.feed.last_seq(), count);
    assert_eq!(hub.metrics.queue_commands.get(), 0);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn a_shutdown_finishes_what_was_taken_and_takes_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    let replies: Vec<_> = (0..500)
        .map(|n| submit(&hub, Origin::System, n.into(), list_asset(n)).unwrap())
        .collect();
    tokio::task::spawn_blocking(|| running.shut_down())
        .await
        .unwrap()
        .unwrap();
    for (reply, seq) in replies.into_iter().zip(1..) {
        assert_eq!(reply.await.unwrap().seq, seq);
    }
    let late = hub.submitter.call(Origin::System, list_asset(900)).await;
    assert_eq!(late, Err(SubmitError::Stopped(StopReason::ShutDown)));
    let (hub, running) = open(folder.path());
    assert_eq!(hub.feed.last_seq(), 500);
    running.shut_down().unwrap();
}

/// Asks until the sequencer's threads, which have just begun, rest: ten answers at once, one after the other. How often it asked.
fn until_idle(hub: &hub::Hub) -> u64 {
    let began = Instant::now();
    let (mut asked, mut at_once) = (0, 0);
    while at_once < 10 {
        assert!(began.elapsed() < PATIENCE, "the threads never rest");
        let mut reply = submit(hub, Origin::System, asked.into(), list_asset(asked)).unwrap();
        asked += 1;
        at_once += 1;
        if reply.try_recv().is_err() {
            at_once = 0;
            reply.blocking_recv().unwrap();
        }
    }
    asked
}

/// An answer, now or as soon as the threads have it: they may be awake for a moment longer, or be late.
fn seq_of(mut reply: oneshot::Receiver<Arc<Entry>>) -> u64 {
    match reply.try_recv() {
        Ok(entry) => entry.seq,
        Err(_) => reply.blocking_recv().unwrap().seq,
    }
}

#[test]
fn who_asks_an_idle_sequencer_has_the_answer_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    // Ten at once, one after the other: nobody else was woken for them.
    let begun = until_idle(&hub);
    for n in begun..begun + 100 {
        let reply = submit(&hub, Origin::System, n.into(), list_asset(n)).unwrap();
        assert_eq!(seq_of(reply), n + 1);
        assert_eq!(hub.feed.last_seq(), n + 1);
    }
    running.shut_down().unwrap();
}

#[test]
fn what_is_put_waits_for_whoever_sees_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    let put = |n: u64| {
        let (reply, entry) = oneshot::channel();
        let submission = Submission {
            origin: Origin::System,
            trace: TraceId(n.into()),
            instruction: list_asset(n),
            reply: Some(reply),
        };
        hub.submitter.put(submission).unwrap();
        entry
    };
    let began = Instant::now();
    let mut next = until_idle(&hub);
    loop {
        let (first, second) = (put(next), put(next + 1));
        // A thread that is awake takes them: then once more.
        let waits = hub.metrics.queue_commands.get() == 2;
        let third = next + 2;
        let third = submit(&hub, Origin::System, third.into(), list_asset(third)).unwrap();
        for (reply, seq) in [(first, 1), (second, 2), (third, 3)] {
            assert_eq!(seq_of(reply), next + seq);
        }
        assert_eq!(hub.metrics.queue_commands.get(), 0);
        next += 3;
        if waits {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "what is put never waits");
    }
    let last = put(next);
    running.shut_down().unwrap();
    assert_eq!(seq_of(last), next + 1, "a shutdown sees to it, too");
}

#[test]
fn askers_at_the_same_time_lose_nothing_and_keep_their_order() {
    const ASKERS: u64 = 8;
    const EACH: u64 = 1_000;
    for durability in [Durability::Os, Durability::Fsync, Durability::None] {
        let folder = tempfile::tempdir().unwrap();
        let config = JournalConfig {
            durability,
            batch: 16,
            ..config()
        };
        let (hub, running) = open_on(folder.path(), &config, Box::new(Files)).unwrap();
        let ask = |asker: u64| {
            let mut replies = std::collections::VecDeque::new();
            let mut seqs = Vec::new();
            for n in 0..EACH {
                let instruction = list_asset(asker * EACH + n);
                replies.push_back(submit(&hub, Origin::System, n.into(), instruction).unwrap());
                if replies.len() > 7 {
                    seqs.push(replies.pop_front().unwrap().blocking_recv().unwrap().seq);
                }
            }
            seqs.extend(
                replies
                    .into_iter()
                    .map(|reply| reply.blocking_recv().unwrap().seq),
            );
            assert!(seqs.is_sorted());
            seqs
        };
        let mut seqs: Vec<u64> = std::thread::scope(|scope| {
            let askers: Vec<_> = (0..ASKERS)
                .map(|asker| scope.spawn(move || ask(asker)))
                .collect();
            let asked = askers.into_iter().map(|asker| asker.join().unwrap());
            asked.flatten().collect()
        });
        seqs.sort_unstable();
        assert_eq!(seqs, (1..=ASKERS * EACH).collect::<Vec<_>>());
        assert_eq!(hub.metrics.queue_commands.get(), 0);
        running.shut_down().unwrap();
        // The journal has the same, in one order: a start compares every event.
        let (hub, running) = open(folder.path());
        assert_eq!(hub.feed.last_seq(), ASKERS * EACH);
        running.shut_down().unwrap();
    }
}

/// A clock that the test sets.
#[derive(Clone, Default)]
struct SetByHand(std::sync::Arc<std::sync::atomic::AtomicI64>);

impl Clock for SetByHand {
    fn now(&mut self) -> Timestamp {
        Timestamp::from_nanos(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
}

#[tokio::test]
async fn what_waits_for_a_time_is_done_then_though_nobody_asks() {
    for durability in [Durability::Os, Durability::Fsync] {
        let folder = tempfile::tempdir().unwrap();
        let config = JournalConfig {
            durability,
            ..config()
        };
        let clock = SetByHand::default();
        let disk = Box::new(Files);
        let (hub, running) =
            hub::open(&config, folder.path(), disk, Box::new(clock.clone())).unwrap();
        open_market(&hub).await;
        let mut reader = hub.feed.subscribe(hub.feed.last_seq());
        // The later one first: the second moves the deadline of a sequencer thread that waits already.
        for (n, until) in [(1, 5_000_000), (2, 2_000_000)] {
            let Command::Enter {
                participant,
                cl_ord_id,
                mut terms,
            } = enter(Side::Buy, n, "1.00", "1")
            else {
                unreachable!("it enters an order");
            };
            terms.time_in_force = TimeInForce::Gtd(Timestamp::from_nanos(until));
            let gtd = Command::Enter {
                participant,
                cl_ord_id,
                terms,
            };
            run(&hub, gtd).await;
        }
        for until in [2_000_000, 5_000_000] {
            clock.0.store(until, std::sync::atomic::Ordering::SeqCst);
            let expired = async {
                loop {
                    let entries = reader.next().await.unwrap();
                    let tick = entries
                        .into_iter()
                        .find(|entry| entry.instruction == Instruction::Market(Command::Tick));
                    if let Some(tick) = tick {
                        return tick;
                    }
                }
            };
            let tick = tokio::time::timeout(PATIENCE, expired).await.unwrap();
            assert_eq!(tick.at.nanos(), until);
            let expires = |event: &Event| matches!(event, Event::OrderExpired { .. });
            assert_eq!(tick.events.iter().filter(|event| expires(event)).count(), 1);
        }
        running.shut_down().unwrap();
    }
}

/// A clock with a defect, once it is broken: its reading panics.
#[derive(Clone, Default)]
struct Broken(Arc<AtomicBool>);

impl Clock for Broken {
    fn now(&mut self) -> Timestamp {
        assert!(!self.0.load(Ordering::SeqCst), "the clock's defect");
        Timestamp::from_nanos(1)
    }
}

#[test]
fn a_defect_stops_the_venue_whoever_decides() {
    // With `os` the asker decides and panics, unless the thread is awake just then; with `fsync` the second command finds the journal
    // thread at work, and the sequencer thread decides.
    let began = Instant::now();
    while !meets_a_defect(&config()) {
        assert!(began.elapsed() < PATIENCE, "the asker never decides");
    }
    assert!(!meets_a_defect(&synced()));
}

/// A venue that meets a defect, whoever decides. Whether it was the asker.
fn meets_a_defect(config: &JournalConfig) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let orders = Orders::default();
    let disk = Box::new(ObedientDisk(orders.clone()));
    let clock = Broken::default();
    let time = Box::new(clock.clone());
    let (hub, running) = hub::open(config, folder.path(), disk, time).unwrap();
    let is_synced = config.durability == Durability::Fsync;
    let begun = if is_synced { 0 } else { until_idle(&hub) };
    orders.hold_syncs();
    let ask = |n: u64| {
        let n = begun + n;
        submit(&hub, Origin::System, n.into(), list_asset(n))
    };
    let first = ask(0).unwrap();
    if is_synced {
        orders.await_sync_after(0);
    }
    clock.0.store(true, Ordering::SeqCst);
    let second = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ask(1)));
    let is_asker = second.is_err();
    if let Ok(Ok(second)) = second {
        assert!(second.blocking_recv().is_err());
    }
    orders.release_syncs();
    if is_synced {
        assert_eq!(first.blocking_recv().unwrap().seq, begun + 1);
    }
    // The thread lets its commands go before it says why.
    let began = Instant::now();
    while hub.submitter.stopped().is_none() && began.elapsed() < PATIENCE {
        std::thread::yield_now();
    }
    assert_eq!(hub.submitter.stopped(), Some(StopReason::Defect));
    let late = ask(2).map(|_| ());
    assert_eq!(late, Err(SubmitError::Stopped(StopReason::Defect)));
    assert_eq!(running.shut_down(), Err(StopReason::Defect));
    assert!(!hub.health.is_ready());
    is_asker
}

/// A clock that is set back after its first two readings.
struct SetBack(Vec<i64>);

impl Clock for SetBack {
    fn now(&mut self) -> Timestamp {
        Timestamp::from_nanos(self.0.pop().unwrap_or(5))
    }
}

#[tokio::test]
async fn time_never_goes_back_not_even_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    for first_seq in [1, 5] {
        let clock = Box::new(SetBack(vec![10, 1_000, 900]));
        let (hub, running) = hub::open(&config(), folder.path(), Box::new(Files), clock).unwrap();
        for seq in first_seq..first_seq + 4 {
            let entry = hub
                .submitter
                .call(Origin::System, list_asset(seq))
                .await
                .unwrap();
            assert_eq!(entry.seq, seq);
        }
        running.shut_down().unwrap();
    }
    let (hub, running) = open(folder.path());
    let times: Vec<_> = published(&hub)
        .await
        .iter()
        .map(|entry| entry.at.nanos())
        .collect();
    assert_eq!(
        times,
        [900, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000, 1_000]
    );
    running.shut_down().unwrap();
}

fn define(comp_id: &str) -> Instruction {
    Instruction::Participant(ParticipantChange::Define {
        comp_id: comp_id.parse().unwrap(),
        credentials: Credentials {
            password_hash: PasswordHash::of("secret-word").unwrap(),
            own_password: Some(PasswordHash::of("own-word").unwrap()),
            password_max_age_days: Some(90),
            cert_subject: Some("CN=BOT01".parse().unwrap()),
            networks: vec!["10.1.0.0/16".parse().unwrap()],
            cert_fingerprint: Some(Fingerprint::of(b"certificate")),
            client_cert: ClientCert::Required,
            rights: Rights {
                orders: true,
                market_data: false,
            },
            reset_on_logon: true,
        },
    })
}

#[tokio::test]
async fn participants_are_defined_in_the_journal_once_they_are_admitted() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    let early = hub
        .submitter
        .call(Origin::System, define("BOT01"))
        .await
        .unwrap();
    assert_eq!(
        early.events,
        [Event::Refused {
            refusal: Refusal::UnknownParticipant
        }]
    );
    run(
        &hub,
        Command::AdmitParticipant {
            comp_id: "BOT01".parse().unwrap(),
        },
    )
    .await;
    let record = hub
        .directory
        .participant_by_comp_id("BOT01".parse().unwrap())
        .unwrap();
    assert_eq!(record.credentials, None);
    let defined = hub
        .submitter
        .call(Origin::System, define("BOT01"))
        .await
        .unwrap();
    assert_eq!(defined.events, []);
    assert!(
        !format!("{defined:?}").contains("argon2"),
        "hashes are redacted"
    );
    running.shut_down().unwrap();

    let (hub, running) = open(folder.path());
    let record = hub
        .directory
        .participant_by_comp_id("BOT01".parse().unwrap())
        .unwrap();
    let credentials = record.credentials.clone().unwrap();
    assert!(credentials.password_hash.matches("secret-word"));
    assert!(!credentials.password_hash.matches("secret-world"));
    assert!(credentials.password().matches("own-word"));
    assert_eq!(record.password_since, defined.at);
    assert_eq!(credentials.password_max_age_days, Some(90));
    assert_eq!(credentials.networks, ["10.1.0.0/16".parse().unwrap()]);
    assert_eq!(credentials.cert_subject, Some("CN=BOT01".parse().unwrap()));
    assert_eq!(
        credentials.cert_fingerprint,
        Some(Fingerprint::of(b"certificate"))
    );
    assert!(credentials.reset_on_logon);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn the_journal_knows_the_last_message_of_each_session() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    open_market(&hub).await;
    let participant = ParticipantId(0);
    let from = |incarnation, msg_seq_num| Origin::Session {
        participant,
        incarnation,
        msg_seq_num,
    };
    for (n, origin) in [from(0, 2), from(0, 3), from(1, 2), from(1, 7)]
        .into_iter()
        .enumerate()
    {
        let n = u64::try_from(n).unwrap();
        let instruction = Instruction::Market(enter(Side::Buy, n, "1.00", "1"));
        hub.submitter.call(origin, instruction).await.unwrap();
    }
    let check = |hub: &hub::Hub| {
        let last = |incarnation| hub.directory.last_inbound(participant, incarnation);
        assert_eq!((last(1), last(0), last(2)), (Some(7), None, None));
        assert_eq!(hub.directory.last_inbound(ParticipantId(1), 0), None);
    };
    check(&hub);
    running.shut_down().unwrap();
    let (hub, running) = open(folder.path());
    check(&hub);
    running.shut_down().unwrap();
}

#[tokio::test]
async fn the_sequencer_applies_what_the_market_says() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    open_market(&hub).await;
    run(&hub, enter(Side::Sell, 1, "100.00", "10")).await;
    let trade = run(&hub, enter(Side::Buy, 2, "100.00", "4")).await;
    let traded = trade.events.iter().find_map(|event| match event {
        Event::Traded {
            instrument,
            price,
            qty,
            ..
        } => Some((*instrument, *price, *qty)),
        _ => None,
    });
    assert_eq!(
        traded,
        Some((ACME, "100".parse().unwrap(), "4".parse().unwrap()))
    );
    assert_eq!((hub.metrics.trades.get(), hub.metrics.orders.get()), (1, 2));
    tokio::time::timeout(PATIENCE, async {
        while hub.metrics.live_orders.get() != 1 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    running.shut_down().unwrap();
}

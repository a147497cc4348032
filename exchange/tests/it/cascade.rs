//! A cascade that is more than one command does: the sequencer goes on with it by itself, and a replay does the same.

use crate::kit::{PATIENCE, config, enter, open, open_market, open_on, published, run};
use exchange::hub::Hub;
use journal::disk::Files;
use journal::entry::Instruction;
use market::command::Command;
use market::event::Event;
use market::limits::Limits;
use market::order::{OrdType, Side};

/// Stops at one trigger: two and a half times as many as one command triggers.
fn stops() -> u64 {
    u64::from(Limits::default().max_triggers) * 5 / 2
}

fn stop(n: u64) -> Command {
    let mut command = enter(Side::Sell, n, "100", "1");
    if let Command::Enter { terms, .. } = &mut command {
        terms.ord_type = OrdType::Stop {
            stop_px: "100".parse().unwrap(),
        };
    }
    command
}

fn is_trigger(event: &Event) -> bool {
    matches!(event, Event::OrderTriggered { .. })
}

/// How many stops each entry has triggered, those that have triggered none left out, and whether it is a tick.
async fn triggered(hub: &Hub) -> Vec<(usize, bool)> {
    let entries = published(hub).await;
    let counts = entries.iter().map(|entry| {
        let events = entry.events.iter();
        let triggered = events.filter(|event| is_trigger(event));
        let is_tick = matches!(entry.instruction, Instruction::Market(Command::Tick));
        (triggered.count(), is_tick)
    });
    counts.filter(|(count, _)| *count > 0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cascade_that_is_more_than_one_command_does_goes_on_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let (hub, running) = open(folder.path());
    open_market(&hub).await;
    run(&hub, enter(Side::Buy, 1, "100", "1000")).await;
    for n in 0..stops() {
        run(&hub, stop(1_000 + n)).await;
    }
    let spark = run(&hub, enter(Side::Sell, 2, "100", "1")).await;
    // Nobody asks for anything more.
    let mut reader = hub.feed.subscribe(spark.seq);
    let mut left = stops() - u64::from(Limits::default().max_triggers);
    while left > 0 {
        let next = tokio::time::timeout(PATIENCE, reader.next()).await;
        let entries = next.unwrap().unwrap();
        let events = entries.iter().flat_map(|entry| &entry.events);
        left -= events.filter(|event| is_trigger(event)).count() as u64;
    }
    let most = Limits::default().max_triggers as usize;
    let parts = vec![(most, false), (most, true), (most / 2, true)];
    assert_eq!(triggered(&hub).await, parts);
    running.shut_down().unwrap();
    let (hub, running) = open_on(folder.path(), &config(), Box::new(Files)).expect("it replays");
    assert_eq!(triggered(&hub).await, parts);
    running.shut_down().unwrap();
}

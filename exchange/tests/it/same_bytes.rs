//! How commands are cut into batches is seen in no entry: the same commands, one at a time or a thousand, give the same bytes.

use crate::kit::{ACME, BUYER, PATIENCE, cl_ord_id, config, enter, opening, published, submit};
use exchange::clock::Clock;
use exchange::config::JournalConfig;
use exchange::hub;
use journal::disk::Files;
use journal::entry::{Instruction, Origin};
use market::command::{Amendment, Change, Command};
use market::order::Side;
use market::time::Timestamp;

/// A clock that stands still, so that only the batches differ.
struct Still;

impl Clock for Still {
    fn now(&mut self) -> Timestamp {
        Timestamp::from_nanos(1_767_225_600_000_000_000)
    }
}

fn commands() -> Vec<Command> {
    let mut commands = opening();
    for n in (0..600).step_by(3) {
        let price = |n: u64| format!("{}", 95 + n % 10);
        commands.push(enter(Side::Buy, n, &price(n), "7"));
        commands.push(enter(Side::Sell, n + 1, &price(n / 3), "5"));
        commands.push(Command::Amend(Amendment {
            participant: BUYER,
            cl_ord_id: cl_ord_id(n + 2),
            orig_cl_ord_id: cl_ord_id(n),
            order_id: None,
            change: Change::Cancel {
                instrument: ACME,
                side: Side::Buy,
            },
        }));
    }
    commands.push(Command::EndOfDay);
    commands
}

/// Every entry as bytes, of a venue that takes `batch` commands at a time.
async fn entries(batch: usize) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let config = JournalConfig { batch, ..config() };
    let (hub, running) =
        hub::open(&config, folder.path(), Box::new(Files), Box::new(Still)).unwrap();
    let replies: Vec<_> = (0u128..)
        .zip(commands())
        .map(|(n, command)| {
            submit(&hub, Origin::System, n, Instruction::Market(command))
                .expect("the queue has room")
        })
        .collect();
    for reply in replies {
        tokio::time::timeout(PATIENCE, reply)
            .await
            .unwrap()
            .unwrap();
    }
    let entries = published(&hub).await;
    running.shut_down().unwrap();
    entries
        .iter()
        .map(|entry| {
            let mut bytes = Vec::new();
            journal::record::append(entry, 0, &mut bytes).unwrap();
            bytes
        })
        .collect()
}

#[tokio::test]
async fn batches_of_any_size_give_the_same_bytes() {
    let one_by_one = entries(1).await;
    assert_eq!(one_by_one.len(), commands().len());
    for batch in [7, 1_000] {
        assert_eq!(entries(batch).await, one_by_one, "batches of {batch}");
    }
}

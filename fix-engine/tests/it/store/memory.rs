//! What a store in files holds in memory does not grow with the messages that it keeps.

use std::ops::ControlFlow;

use fix_engine::io::file_store::FileStore;
use fix_engine::session::store::Store;
use tempfile::TempDir;

use super::{NOON, bytes};

/// A store with so many messages, in the middle of a resend; what it holds in memory.
fn held_in_the_middle_of_a_resend(messages: u64) -> usize {
    let folder = TempDir::new().unwrap();
    let mut store = FileStore::open(folder.path().join("store")).unwrap();
    let long = [bytes(1), vec![b'.'; 300]].concat();
    for number in 1..=messages {
        store.append(number, None, &long).unwrap();
        if number % 64 == 0 {
            store.commit(NOON).unwrap();
        }
    }
    store.commit(NOON).unwrap();
    let (mut next, mut seen, mut most) = (1, 0_u64, 0);
    while next <= messages {
        let mut left = 256;
        let read = store.read(next..=messages, &mut |stored| {
            seen += 1;
            left -= 1;
            next = stored.msg_seq_num + 1;
            if left == 0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        read.unwrap();
        most = most.max(store.held_bytes());
    }
    assert_eq!(seen, messages);
    most
}

#[test]
fn a_resend_of_many_messages_holds_as_much_as_one_of_few() {
    let few = held_in_the_middle_of_a_resend(2_000);
    let many = held_in_the_middle_of_a_resend(100_000);
    assert!(
        few > 64 * 1024 && many < few + 16 * 1024,
        "{few}, then {many} bytes"
    );
}

//! The suite: what every store must do. Each test gets an empty store.

use std::ops::ControlFlow;

use fix_engine::session::store::{MAX_MSG_SEQ_NUM, Store, StoreError};

use super::{NOON, bytes, cause, numbers};

/// One test of the suite.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) run: fn(&mut dyn Store),
}

pub(super) const ALL: [Case; 11] = [
    Case {
        name: "begins at one",
        run: begins_at_one,
    },
    Case {
        name: "keeps what is appended",
        run: keeps_what_is_appended,
    },
    Case {
        name: "leaves out what is skipped",
        run: leaves_out_what_is_skipped,
    },
    Case {
        name: "skips many at once",
        run: skips_many_at_once,
    },
    Case {
        name: "refuses numbers out of order",
        run: refuses_numbers_out_of_order,
    },
    Case {
        name: "stops reading when told",
        run: stops_reading_when_told,
    },
    Case {
        name: "goes on where a read broke off",
        run: goes_on_where_a_read_broke_off,
    },
    Case {
        name: "moves the inbound number both ways",
        run: moves_the_inbound_number_both_ways,
    },
    Case {
        name: "forgets all at a reset",
        run: forgets_all_at_a_reset,
    },
    Case {
        name: "knows when its numbers began",
        run: knows_when_its_numbers_began,
    },
    Case {
        name: "ends at the largest number",
        run: ends_at_the_largest_number,
    },
];

fn begins_at_one(store: &mut dyn Store) {
    assert_eq!(
        (store.next_out(), store.next_in(), store.incarnation()),
        (1, 1, 1)
    );
    assert_eq!(store.last_cause(), None);
    assert_eq!(numbers(store, 1, u64::MAX), []);
}

fn keeps_what_is_appended(store: &mut dyn Store) {
    for number in 1..=300 {
        store
            .append(number, Some(cause(number)), &bytes(number))
            .unwrap();
    }
    store.commit(NOON).unwrap();
    assert_eq!(store.next_out(), 301);
    assert_eq!(store.last_cause(), Some(cause(300)));
    let mut seen = Vec::new();
    let read = store.read(100..=200, &mut |stored| {
        assert_eq!(stored.bytes, bytes(stored.msg_seq_num));
        assert_eq!(stored.cause, Some(cause(stored.msg_seq_num)));
        seen.push(stored.msg_seq_num);
        ControlFlow::Continue(())
    });
    read.unwrap();
    assert_eq!(seen, (100..=200).collect::<Vec<_>>());
    assert_eq!(numbers(store, 300, 1000), [300]);
    assert_eq!(numbers(store, 301, 1000), []);
}

fn leaves_out_what_is_skipped(store: &mut dyn Store) {
    for number in 1..=200 {
        if number % 3 == 0 {
            store.append(number, None, &bytes(number)).unwrap();
        } else {
            store.skip(number).unwrap();
        }
    }
    store.commit(NOON).unwrap();
    assert_eq!(store.next_out(), 201);
    assert_eq!(store.last_cause(), None);
    assert_eq!(numbers(store, 1, 9), [3, 6, 9]);
    assert_eq!(numbers(store, 190, 200), [192, 195, 198]);
}

fn skips_many_at_once(store: &mut dyn Store) {
    store.append(1, None, b"one").unwrap();
    store.skip(50_000).unwrap();
    store.append(50_001, None, b"two").unwrap();
    store.commit(NOON).unwrap();
    assert_eq!(store.next_out(), 50_002);
    assert_eq!(numbers(store, 1, 60_000), [1, 50_001]);
    assert_eq!(numbers(store, 2, 50_000), []);
}

fn refuses_numbers_out_of_order(store: &mut dyn Store) {
    store.append(1, None, b"one").unwrap();
    let refused = [
        store.append(1, None, b"x"),
        store.append(3, None, b"x"),
        store.skip(1),
    ];
    assert_eq!(
        refused.map(|result| result.unwrap_err()),
        [
            StoreError::OutOfOrder {
                given: 1,
                expected: 2
            },
            StoreError::OutOfOrder {
                given: 3,
                expected: 2
            },
            StoreError::OutOfOrder {
                given: 1,
                expected: 2
            },
        ]
    );
    store.append(2, None, b"two").unwrap();
    store.commit(NOON).unwrap();
    assert_eq!(numbers(store, 1, 9), [1, 2]);
}

fn stops_reading_when_told(store: &mut dyn Store) {
    for number in 1..=10 {
        store.append(number, None, b"x").unwrap();
    }
    let mut seen = Vec::new();
    let read = store.read(1..=10, &mut |stored| {
        seen.push(stored.msg_seq_num);
        if seen.len() == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    read.unwrap();
    assert_eq!(seen, [1, 2, 3]);
}

/// As a resend does: pieces of a range, live messages between them.
fn goes_on_where_a_read_broke_off(store: &mut dyn Store) {
    for number in 1..=3000 {
        if number % 7 == 0 {
            store.skip(number).unwrap();
        } else {
            let long = [bytes(number), vec![b'.'; 100]].concat();
            store.append(number, None, &long).unwrap();
        }
        store.commit(NOON).unwrap();
    }
    let (mut next, mut seen) = (1, Vec::new());
    while next <= 3000 {
        let mut left = 113;
        let read = store.read(next..=3000, &mut |stored| {
            assert!(stored.bytes.starts_with(&bytes(stored.msg_seq_num)));
            seen.push(stored.msg_seq_num);
            left -= 1;
            if left == 0 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        read.unwrap();
        next = if left == 0 {
            seen.last().unwrap() + 1
        } else {
            3001
        };
        let live = store.next_out();
        store.append(live, None, &bytes(live)).unwrap();
        store.commit(NOON).unwrap();
        assert_eq!(numbers(store, 1, 3), [1, 2, 3], "another read between");
    }
    let expected: Vec<u64> = (1..=3000).filter(|number| number % 7 != 0).collect();
    assert_eq!(seen, expected);
}

fn moves_the_inbound_number_both_ways(store: &mut dyn Store) {
    for number in [2, 1000, 7] {
        store.set_next_in(number).unwrap();
        store.commit(NOON).unwrap();
        assert_eq!(store.next_in(), number);
    }
    assert_eq!(store.next_out(), 1);
}

fn forgets_all_at_a_reset(store: &mut dyn Store) {
    store.append(1, Some(cause(1)), b"one").unwrap();
    store.set_next_in(5).unwrap();
    store.commit(NOON).unwrap();
    store.reset(NOON).unwrap();
    assert_eq!(
        (store.next_out(), store.next_in(), store.incarnation()),
        (1, 1, 2)
    );
    assert_eq!(store.last_cause(), None);
    assert_eq!(numbers(store, 1, 9), []);
    store.append(1, None, b"another one").unwrap();
    store.commit(NOON).unwrap();
    assert_eq!(numbers(store, 1, 9), [1]);
}

fn knows_when_its_numbers_began(store: &mut dyn Store) {
    assert_eq!(store.began(), None);
    store.begin(NOON).unwrap();
    store.begin(NOON.plus_secs(1)).unwrap();
    assert_eq!(store.began(), Some(NOON));
    store.append(1, None, b"one").unwrap();
    store.reset(NOON.plus_secs(2)).unwrap();
    store.begin(NOON.plus_secs(3)).unwrap();
    assert_eq!(store.began(), Some(NOON.plus_secs(2)));
}

fn ends_at_the_largest_number(store: &mut dyn Store) {
    store.skip(MAX_MSG_SEQ_NUM - 1).unwrap();
    store.commit(NOON).unwrap();
    assert_eq!(store.next_out(), MAX_MSG_SEQ_NUM);
    assert_eq!(
        store.append(MAX_MSG_SEQ_NUM, None, b"x").unwrap_err(),
        StoreError::Exhausted
    );
    assert_eq!(
        store.skip(MAX_MSG_SEQ_NUM).unwrap_err(),
        StoreError::Exhausted
    );
    assert_eq!(store.next_out(), MAX_MSG_SEQ_NUM);
}

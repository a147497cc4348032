//! Delivered messages whose effect the application has not yet confirmed. In: numbers delivered and confirmed.
//! Out: the first number that is not durable. Does not know what the messages are.

use std::collections::VecDeque;

/// The delivered numbers, oldest first. Bounded.
#[derive(Debug)]
pub(super) struct Unconfirmed {
    waiting: VecDeque<Waiting>,
    max: usize,
}

#[derive(Debug)]
struct Waiting {
    incarnation: u64,
    msg_seq_num: u64,
    confirmed: bool,
}

impl Unconfirmed {
    pub(super) fn new(max: usize) -> Unconfirmed {
        Unconfirmed {
            waiting: VecDeque::new(),
            max: max.max(1),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= self.max
    }

    /// How many more may wait.
    pub(super) fn room(&self) -> usize {
        self.max.saturating_sub(self.waiting.len())
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// A message was delivered under the numbering `incarnation`.
    pub(super) fn push(&mut self, incarnation: u64, msg_seq_num: u64) {
        self.waiting.push_back(Waiting {
            incarnation,
            msg_seq_num,
            confirmed: false,
        });
    }

    /// The oldest delivered message with this number is durable. `false` when none was waiting: after a reset the
    /// same number can wait twice, and the application's log is in order.
    pub(super) fn confirm(&mut self, msg_seq_num: u64) -> bool {
        let found = self
            .waiting
            .iter_mut()
            .find(|waiting| waiting.msg_seq_num == msg_seq_num && !waiting.confirmed);
        let known = found.map(|waiting| waiting.confirmed = true).is_some();
        while self
            .waiting
            .front()
            .is_some_and(|waiting| waiting.confirmed)
        {
            self.waiting.pop_front();
        }
        known
    }

    /// The first number of this numbering that is not durable; `next` when all are.
    pub(super) fn durable_next(&self, incarnation: u64, next: u64) -> u64 {
        let mut current = self
            .waiting
            .iter()
            .filter(|waiting| waiting.incarnation == incarnation);
        current
            .find(|waiting| !waiting.confirmed)
            .map_or(next, |waiting| waiting.msg_seq_num.min(next))
    }
}

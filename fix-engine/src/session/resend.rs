//! The ranges that the peer asked for again and that are not wholly sent. In: ranges. Out: the one that is being
//! served. Bounded. Does not know the messages.

use std::collections::VecDeque;

/// A range of our numbers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ResendRange {
    /// First number that was asked for.
    pub(super) begin: u64,
    /// The next number to send.
    pub(super) next: u64,
    /// The last number to send.
    pub(super) end: u64,
}

/// What happened to a new range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// It is served after the ones before it.
    Queued,
    /// The same range already waits: once is enough.
    Waiting,
    /// There are too many.
    TooMany,
}

/// The ranges, the one being served first.
#[derive(Debug, Default)]
pub(super) struct Resends(VecDeque<ResendRange>);

impl Resends {
    /// Adds a range unless the same one waits untouched, or there are `max`.
    pub(super) fn add(&mut self, begin: u64, end: u64, max: usize) -> Added {
        if self
            .0
            .iter()
            .any(|range| range.next == begin && range.end == end)
        {
            return Added::Waiting;
        }
        if self.0.len() >= max {
            return Added::TooMany;
        }
        self.0.push_back(ResendRange {
            begin,
            next: begin,
            end,
        });
        Added::Queued
    }

    /// The range being served.
    pub(super) fn current(&self) -> Option<ResendRange> {
        self.0.front().copied()
    }

    /// Everything before `next` of the current range is sent.
    pub(super) fn advance(&mut self, next: u64) {
        if let Some(range) = self.0.front_mut() {
            range.next = next;
            if next > range.end {
                self.0.pop_front();
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

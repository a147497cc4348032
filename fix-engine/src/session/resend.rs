//! The ranges that the peer asked for again and that are not wholly sent. In: ranges. Out: the one that is being
//! served. Bounded. Does not know the messages.

use std::collections::VecDeque;

/// A range of our numbers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ResendRange {
    /// First number that was asked for.
    pub(super) begin: u64,
    /// The next number to send: those before it are sent or filled.
    pub(super) next: u64,
    /// The next number to look at: those from `next` up to it are to be filled.
    pub(super) look: u64,
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

/// The ranges, the one being served first, and the last request.
#[derive(Debug, Default)]
pub(super) struct Resends {
    ranges: VecDeque<ResendRange>,
    /// BeginSeqNo (7) and EndSeqNo (16) of the last request, as they came, and how often in a row.
    last_request: Option<(u64, u64, u32)>,
}

impl Resends {
    /// The peer asks for this, as written. Says how often it asked for just this in a row.
    pub(super) fn note_request(&mut self, begin: u64, end: u64) -> u32 {
        let times = match self.last_request {
            Some((last_begin, last_end, times)) if (last_begin, last_end) == (begin, end) => {
                times.saturating_add(1)
            }
            _ => 1,
        };
        self.last_request = Some((begin, end, times));
        times
    }

    /// Adds a range unless the same one waits untouched, or there are `max`.
    pub(super) fn add(&mut self, begin: u64, end: u64, max: usize) -> Added {
        let mut ranges = self.ranges.iter();
        if ranges.any(|range| range.next == begin && range.end == end) {
            return Added::Waiting;
        }
        if self.ranges.len() >= max {
            return Added::TooMany;
        }
        self.ranges.push_back(ResendRange {
            begin,
            next: begin,
            look: begin,
            end,
        });
        Added::Queued
    }

    /// The range being served.
    pub(super) fn current(&self) -> Option<ResendRange> {
        self.ranges.front().copied()
    }

    /// Everything before `next` of the current range is sent, everything before `look` looked at.
    pub(super) fn advance(&mut self, next: u64, look: u64) {
        if let Some(range) = self.ranges.front_mut() {
            (range.next, range.look) = (next, look);
            if next > range.end {
                self.ranges.pop_front();
            }
        }
    }

    /// The connection is gone, or the numbers begin anew.
    pub(super) fn clear(&mut self) {
        self.ranges.clear();
        self.last_request = None;
    }
}

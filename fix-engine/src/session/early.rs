//! Messages that came before their turn, and what was asked for again because of them. In: messages above the
//! expected number. Out: the same, in order, once the numbers before them are there. Bounded in messages and bytes:
//! what does not fit is dropped and asked for later.

use std::collections::BTreeMap;

use crate::codec::message::Message;

/// The queue of early messages and the open request for what is missing.
#[derive(Debug)]
pub(super) struct Early {
    waiting: BTreeMap<u64, Waiting>,
    bytes: usize,
    messages_max: usize,
    bytes_max: usize,
    /// The highest number seen, kept or dropped; 0 while there is no gap.
    highest_seen: u64,
    asked: Option<Asked>,
}

/// One early message.
#[derive(Debug)]
pub(super) struct Waiting {
    /// The message.
    pub(super) message: Message,
    /// A ResendRequest (2) that was served when it came.
    pub(super) is_served: bool,
}

/// An open ResendRequest (2) of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    /// The expected number, when we asked or when it last moved.
    next: u64,
    /// Everything below this number was asked for.
    below: u64,
    /// How often we asked without progress.
    attempts: u32,
}

/// What to ask the peer for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Request {
    /// The last number to ask for.
    pub(super) end: u64,
    /// Whether more is missing than is asked for.
    pub(super) is_piece: bool,
    /// How often this was asked for without progress.
    pub(super) attempts: u32,
}

/// How a gap stands after messages were taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// There was none, or nothing of it came.
    Unchanged,
    /// Some of its messages came.
    Smaller,
    /// All that was seen is there.
    Closed,
    /// What was asked for came, and behind it something is missing again.
    Again,
}

impl Early {
    pub(super) fn new(messages_max: usize, bytes_max: usize) -> Early {
        Early {
            waiting: BTreeMap::new(),
            bytes: 0,
            messages_max,
            bytes_max,
            highest_seen: 0,
            asked: None,
        }
    }

    /// Keeps a message. `false` when there is no room; its number is remembered all the same.
    pub(super) fn keep(&mut self, msg_seq_num: u64, message: Message, is_served: bool) -> bool {
        self.highest_seen = self.highest_seen.max(msg_seq_num);
        if self.waiting.contains_key(&msg_seq_num) {
            return true;
        }
        let bytes = self.bytes + message.bytes().len();
        if self.waiting.len() >= self.messages_max || bytes > self.bytes_max {
            return false;
        }
        self.bytes = bytes;
        // what else was read with it must not be kept by it
        let message = message.detached();
        self.waiting
            .insert(msg_seq_num, Waiting { message, is_served });
        true
    }

    /// The message with this number, if it is there.
    pub(super) fn take(&mut self, msg_seq_num: u64) -> Option<Waiting> {
        let waiting = self.waiting.remove(&msg_seq_num)?;
        self.bytes -= waiting.message.bytes().len();
        Some(waiting)
    }

    pub(super) fn has(&self, msg_seq_num: u64) -> bool {
        self.waiting.contains_key(&msg_seq_num)
    }

    /// Whether a ResendRequest (2) of ours is open.
    pub(super) fn is_asking(&self) -> bool {
        self.asked.is_some()
    }

    /// We ask for what is missing from `next` on, at most `max` messages (0: all). Says for which, and how often.
    pub(super) fn ask(&mut self, next: u64, max: u64) -> Request {
        let first = self
            .waiting
            .range(next..)
            .next()
            .map(|(msg_seq_num, _)| *msg_seq_num);
        let missing = first.map_or(self.highest_seen, |first| first - 1).max(next);
        let end = match max {
            0 => missing,
            max => missing.min(next.saturating_add(max - 1)),
        };
        let attempts = self.asked.map_or(0, |asked| asked.attempts) + 1;
        self.asked = Some(Asked {
            next,
            below: end.saturating_add(1),
            attempts,
        });
        Request {
            end,
            is_piece: end < missing,
            attempts,
        }
    }

    /// The peer sends what is missing from `next` on without being asked: when it does not, we have not asked yet.
    pub(super) fn expect(&mut self, next: u64) {
        self.ask(next, 0);
        if let Some(asked) = &mut self.asked {
            asked.attempts = 0;
        }
    }

    /// The expected number moved to `next`: drops what is below and says how the gap stands.
    pub(super) fn progress(&mut self, next: u64) -> Gap {
        while let Some((msg_seq_num, _)) = self.waiting.first_key_value()
            && *msg_seq_num < next
        {
            let msg_seq_num = *msg_seq_num;
            self.take(msg_seq_num);
        }
        let Some(asked) = &mut self.asked else {
            return Gap::Unchanged;
        };
        if next > self.highest_seen {
            self.highest_seen = 0;
            self.asked = None;
            return Gap::Closed;
        }
        if next == asked.next {
            return Gap::Unchanged;
        }
        asked.next = next;
        asked.attempts = 0;
        if next >= asked.below && !self.waiting.contains_key(&next) {
            Gap::Again
        } else {
            Gap::Smaller
        }
    }

    /// Forgets everything: the connection is gone, or the numbers begin anew.
    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.bytes = 0;
        self.highest_seen = 0;
        self.asked = None;
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::codec::pipe;

    #[test]
    fn an_early_message_does_not_keep_what_was_read_with_it() {
        let text = "8=FIX.4.4|35=0|34=7|49=A|52=20260101-12:00:00|56=B|";
        let whole = pipe::to_bytes(text);
        let mut read = whole.to_vec();
        read.resize(32 * 1024, b'.');
        let read = Bytes::from(read);
        let message = Message::parse(read.slice(..whole.len())).expect("a message");
        let mut early = Early::new(2, 1024);
        assert!(early.keep(7, message, false));
        assert!(read.is_unique());
        let kept = early.take(7).expect("kept");
        assert_eq!(kept.message.bytes(), &whole);
    }
}

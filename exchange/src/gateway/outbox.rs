//! [`Outbox`]: how much waits to be written to one connection, for those who would add to it. The session's task writes and says so here;
//! whoever makes market data looks, and leaves a connection out that is crowded or over.

use prometheus::IntGauge;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How full the way to a peer is.
#[derive(Debug)]
pub(crate) struct Outbox {
    /// Messages that wait.
    messages: AtomicUsize,
    /// Messages that wait in all outboxes.
    all: IntGauge,
    is_crowded: AtomicBool,
    is_closed: AtomicBool,
    /// Symbols of market data snapshots that were asked for and are not made yet.
    snapshots: AtomicUsize,
}

impl Outbox {
    /// `all` shows what waits in all outboxes.
    pub(crate) fn new(all: IntGauge) -> Self {
        Self {
            messages: AtomicUsize::new(0),
            all,
            is_crowded: AtomicBool::new(false),
            is_closed: AtomicBool::new(false),
            snapshots: AtomicUsize::new(0),
        }
    }

    /// So many messages wait now.
    pub(crate) fn show(&self, messages: usize, is_crowded: bool) {
        let before = self.messages.swap(messages, Ordering::Relaxed);
        if before != messages {
            self.all.add(count(messages) - count(before));
        }
        self.is_crowded.store(is_crowded, Ordering::Relaxed);
    }

    /// The connection is over.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
        self.show(0, false);
    }

    /// Whether the connection is over.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    /// Whether what can wait should wait.
    pub(crate) fn is_crowded(&self) -> bool {
        self.is_crowded.load(Ordering::Relaxed)
    }

    /// Symbols of snapshots that are to be made. Only the session adds to them: where there is room, it stays.
    pub(crate) fn snapshots(&self) -> usize {
        self.snapshots.load(Ordering::Relaxed)
    }

    /// A snapshot of so many symbols is asked for.
    pub(crate) fn ask_snapshot(&self, symbols: usize) {
        self.snapshots.fetch_add(symbols, Ordering::Relaxed);
    }

    /// Snapshots of so many symbols that were asked for are made, or not to be made.
    pub(crate) fn settle_snapshots(&self, symbols: usize) {
        self.snapshots.fetch_sub(symbols, Ordering::Relaxed);
    }
}

fn count(messages: usize) -> i64 {
    i64::try_from(messages).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_shown_until_the_end() {
        let all = IntGauge::new("waiting", "Messages.").expect("a gauge");
        let (outbox, other) = (Outbox::new(all.clone()), Outbox::new(all.clone()));
        outbox.show(2, true);
        other.show(3, false);
        assert_eq!((all.get(), outbox.is_crowded()), (5, true));
        outbox.show(1, false);
        assert_eq!((all.get(), outbox.is_crowded()), (4, false));
        outbox.show(4, true);
        outbox.close();
        assert_eq!((all.get(), outbox.is_crowded()), (3, false));
        assert!(outbox.is_closed() && !other.is_closed());
        outbox.ask_snapshot(3);
        outbox.ask_snapshot(2);
        outbox.settle_snapshots(4);
        assert_eq!((outbox.snapshots(), other.snapshots()), (1, 0));
    }
}

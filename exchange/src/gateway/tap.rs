//! [`Tap`]: the messages of one session for those who follow it, as they pass. In: messages of the session task, which never waits: while
//! nobody follows it costs one look at a flag. Out: a bounded ring for all followers of the session; one that is slower than the ring
//! loses the oldest and learns how many.

use bytes::Bytes;
use fix_engine::codec::garbled::Garbled;
use fix_engine::time::Timestamp;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;

/// Messages that a follower may be behind; each of at most `fix.max_message_bytes`.
const RING: usize = 256;

/// What passes.
#[derive(Clone, Debug)]
pub(crate) enum Passing {
    /// A message from the participant.
    In(Bytes),
    /// A message to the participant.
    Out(Bytes),
    /// Bytes from the participant that are no message.
    Garbled(Garbled),
}

/// The tap of one session.
#[derive(Default)]
pub(crate) struct Tap {
    /// Whether anybody may be following.
    is_open: AtomicBool,
    /// Made for the first follower, dropped after the last: an idle session costs nothing.
    ring: Mutex<Option<broadcast::Sender<(Timestamp, Passing)>>>,
}

impl Tap {
    /// Everything that passes from now on.
    pub(crate) fn follow(&self) -> broadcast::Receiver<(Timestamp, Passing)> {
        let mut ring = self.lock();
        let sender = ring.get_or_insert_with(|| broadcast::Sender::new(RING));
        let follower = sender.subscribe();
        self.is_open.store(true, Ordering::Relaxed);
        follower
    }

    /// Something passes.
    pub(crate) fn pass(&self, at: impl FnOnce() -> Timestamp, what: impl FnOnce() -> Passing) {
        if !self.is_open.load(Ordering::Relaxed) {
            return;
        }
        let mut ring = self.lock();
        let is_followed = ring
            .as_ref()
            .is_some_and(|ring| ring.send((at(), what())).is_ok());
        if !is_followed {
            *ring = None;
            self.is_open.store(false, Ordering::Relaxed);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<broadcast::Sender<(Timestamp, Passing)>>> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap")
            .field("is_open", &self.is_open)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::broadcast::error::TryRecvError;

    fn pass(tap: &Tap, number: usize) {
        let bytes = Bytes::from(number.to_string());
        tap.pass(|| Timestamp::from_nanos(0), || Passing::Out(bytes));
    }

    fn is_made(tap: &Tap) -> bool {
        tap.lock().is_some()
    }

    #[test]
    fn a_slow_follower_loses_the_oldest_and_holds_up_nobody() {
        let tap = Tap::default();
        pass(&tap, 0);
        assert!(!is_made(&tap), "nobody follows");
        let mut follower = tap.follow();
        for number in 1..=RING + 3 {
            pass(&tap, number);
        }
        assert_eq!(follower.try_recv().err(), Some(TryRecvError::Lagged(3)));
        let Ok((_, Passing::Out(next))) = follower.try_recv() else {
            panic!("the ring is full");
        };
        assert_eq!(next, "4");
        drop(follower);
        assert!(is_made(&tap));
        pass(&tap, 0);
        assert!(!is_made(&tap), "the last follower is gone");
        let mut again = tap.follow();
        pass(&tap, 7);
        assert!(matches!(again.try_recv(), Ok((_, Passing::Out(seven))) if seven == "7"));
    }
}

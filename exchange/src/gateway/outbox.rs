//! [`Outbox`]: what waits to be written to one connection. Bounded in messages and bytes: whoever puts never waits, and is told when it
//! is full or crowded. One task puts (the session), one takes (the writer).

use bytes::{Bytes, BytesMut};
use prometheus::IntGauge;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Bytes that may wait, whatever the number of messages.
const BYTES_MAX: usize = 64 << 20;
/// Bytes above which an outbox is crowded: what is conflatable waits, resends pause.
const CROWDED_BYTES: usize = 256 << 10;

/// Bytes on their way to a socket.
#[derive(Debug)]
pub(crate) struct Outbox {
    waiting: Mutex<Waiting>,
    /// Messages that may wait.
    messages_max: usize,
    /// Messages that wait in all outboxes.
    all: IntGauge,
    /// Something was put, or the end was said.
    filled: Notify,
    /// Something was taken.
    emptied: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    bytes: BytesMut,
    messages: usize,
    is_closed: bool,
}

/// There is no room: the peer does not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Outbox {
    /// `all` shows what waits in all outboxes.
    pub(crate) fn new(messages_max: usize, all: IntGauge) -> Self {
        Self {
            waiting: Mutex::default(),
            messages_max,
            all,
            filled: Notify::new(),
            emptied: Notify::new(),
        }
    }

    /// Adds one message.
    pub(crate) fn put(&self, message: &Bytes) -> Result<(), Full> {
        let mut waiting = self.lock();
        if waiting.is_closed {
            return Ok(());
        }
        if waiting.messages >= self.messages_max || waiting.bytes.len() + message.len() > BYTES_MAX
        {
            return Err(Full);
        }
        waiting.bytes.extend_from_slice(message);
        waiting.messages += 1;
        self.all.inc();
        drop(waiting);
        self.filled.notify_one();
        Ok(())
    }

    /// Everything that waits, once something does; `None` after the end.
    pub(crate) async fn take(&self) -> Option<BytesMut> {
        loop {
            {
                let mut waiting = self.lock();
                if !waiting.bytes.is_empty() {
                    self.all.sub(count(waiting.messages));
                    waiting.messages = 0;
                    let taken = waiting.bytes.split();
                    drop(waiting);
                    self.emptied.notify_one();
                    return Some(taken);
                }
                if waiting.is_closed {
                    return None;
                }
            }
            self.filled.notified().await;
        }
    }

    /// No more is put; what waits is still written.
    pub(crate) fn close(&self) {
        self.lock().is_closed = true;
        self.filled.notify_one();
        self.emptied.notify_one();
    }

    /// Whether the connection is over.
    pub(crate) fn is_closed(&self) -> bool {
        self.lock().is_closed
    }

    /// Whether what can wait should wait.
    pub(crate) fn is_crowded(&self) -> bool {
        let waiting = self.lock();
        waiting.bytes.len() > CROWDED_BYTES || waiting.messages > self.messages_max / 4
    }

    /// Until the writer has taken something.
    pub(crate) async fn emptied(&self) {
        self.emptied.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.all.sub(count(self.lock().messages));
    }
}

fn count(messages: usize) -> i64 {
    i64::try_from(messages).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_is_bounded_and_says_so() {
        let all = IntGauge::new("waiting", "Messages.").expect("a gauge");
        let outbox = Outbox::new(2, all.clone());
        let message = Bytes::from_static(b"8=FIX");
        assert_eq!(outbox.put(&message), Ok(()));
        assert_eq!(outbox.put(&message), Ok(()));
        assert!(outbox.is_crowded());
        assert_eq!(outbox.put(&message), Err(Full));
        assert_eq!(all.get(), 2);
        assert_eq!(outbox.take().await.as_deref(), Some(&b"8=FIX8=FIX"[..]));
        assert!(!outbox.is_crowded());
        assert_eq!(all.get(), 0);
        assert_eq!(outbox.put(&message), Ok(()));
        outbox.close();
        assert!(outbox.take().await.is_some());
        assert!(outbox.take().await.is_none());
        let left = Outbox::new(2, all.clone());
        assert_eq!(left.put(&message), Ok(()));
        assert_eq!(all.get(), 1);
        drop(left);
        assert_eq!(all.get(), 0);
    }
}

//! A feed as the exchange of the same process has it: everything that was told, from any journal number on, then what comes.

use backoffice::consumer::local::{EnvelopeStream, JournalEnd, LocalFeed};
use backoffice::consumer::source::EventSource;
use futures_util::StreamExt;
use market::topic::{Envelope, TopicEvent};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// What was told so far; clones tell and read the same.
#[derive(Clone)]
pub(crate) struct Feed {
    told: Arc<Mutex<Vec<Envelope>>>,
    count: watch::Sender<usize>,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            told: Arc::default(),
            count: watch::Sender::new(0),
        }
    }
}

impl Feed {
    /// Tells an event as an entry of its own; its number.
    pub(crate) fn tell(&self, event: TopicEvent) -> u64 {
        let mut told = self.told.lock().unwrap();
        let seq = told.last().map_or(1, |last| last.seq + 1);
        told.push(crate::events::envelope(seq, 0, event));
        self.count.send_replace(told.len());
        seq
    }

    /// Tells an envelope as it is.
    pub(crate) fn tell_raw(&self, envelope: Envelope) {
        let mut told = self.told.lock().unwrap();
        told.push(envelope);
        self.count.send_replace(told.len());
    }

    /// As the source of a back office.
    pub(crate) fn source(&self) -> EventSource {
        let feed = self.clone();
        EventSource::Local(LocalFeed::new(self.end(), move |after_seq| {
            feed.stream(after_seq)
        }))
    }

    fn end(&self) -> JournalEnd {
        let told = self.told.lock().unwrap();
        JournalEnd {
            epoch: crate::events::EPOCH.into(),
            seq: told.last().map_or(0, |last| last.seq),
        }
    }

    /// As it was before its last events: another with the first `count` only.
    pub(crate) fn older(&self, count: usize) -> Self {
        let older = Self::default();
        for envelope in &self.told.lock().unwrap()[..count] {
            older.tell_raw(envelope.clone());
        }
        older
    }

    fn stream(&self, after_seq: u64) -> EnvelopeStream {
        let told = self.told.lock().unwrap();
        let first = told.partition_point(|envelope| envelope.seq <= after_seq);
        let state = (self.clone(), self.count.subscribe(), first);
        futures_util::stream::unfold(state, |(feed, mut count, next)| async move {
            count.wait_for(|count| *count > next).await.ok()?;
            let group = feed.told.lock().unwrap()[next..].to_vec();
            let next = next + group.len();
            Some((Ok(group), (feed, count, next)))
        })
        .boxed()
    }
}

//! An application that echoes, one that hands over what it gets, and an observer that writes down what it sees.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::io::application::{Application, Event, Observer, SessionId, Taken, Turn};
use fix_engine::tag;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Sends every message back.
pub(super) struct Echo;

impl Application for Echo {
    fn on_message(&mut self, message: &Message, turn: &mut Turn<'_>) -> Taken {
        turn.send(Body::of(message.msg_type(), message.view()));
        Taken::Done
    }
}

/// What came to a session, for a test to look at.
pub(super) struct Inbox {
    messages: mpsc::UnboundedReceiver<Message>,
    taken: usize,
}

/// Puts every message into an [`Inbox`].
pub(super) struct Keeper(mpsc::UnboundedSender<Message>);

impl Inbox {
    pub(super) fn new() -> (Keeper, Inbox) {
        let (keeper, messages) = mpsc::unbounded_channel();
        (Keeper(keeper), Inbox { messages, taken: 0 })
    }

    /// ClOrdID (11) of the next message.
    pub(super) async fn next_id(&mut self) -> String {
        let message = timeout(Duration::from_secs(20), self.messages.recv()).await;
        let message = message
            .expect("a message in time")
            .expect("a session that lives");
        self.taken += 1;
        message.text(tag::CL_ORD_ID).expect("an order").to_owned()
    }

    /// How many messages were looked at.
    pub(super) fn taken(&self) -> usize {
        self.taken
    }
}

impl Application for Keeper {
    fn on_message(&mut self, message: &Message, _: &mut Turn<'_>) -> Taken {
        let _nobody_looks = self.0.send(message.clone());
        Taken::Done
    }
}

/// What happened, a line each.
#[derive(Debug, Default)]
pub(super) struct Diary(Mutex<Vec<String>>);

impl Diary {
    fn write(&self, line: String) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
    }

    pub(super) fn all(&self) -> String {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .join("\n")
    }

    /// Lines that contain `part`.
    pub(super) fn count(&self, part: &str) -> usize {
        self.all()
            .lines()
            .filter(|line| line.contains(part))
            .count()
    }

    /// The first line that contains `part`.
    pub(super) fn find(&self, part: &str) -> String {
        let all = self.all();
        let found = all.lines().find(|line| line.contains(part));
        found
            .unwrap_or_else(|| panic!("no {part:?} in\n{all}"))
            .to_owned()
    }

    /// Lets the other tasks work until a line contains `part`.
    pub(super) async fn wait(&self, part: &str) {
        self.wait_for(1, part).await;
    }

    /// Lets the other tasks work until `count` lines contain `part`.
    pub(super) async fn wait_for(&self, count: usize, part: &str) {
        let waited = timeout(Duration::from_secs(20), async {
            while self.count(part) < count {
                tokio::task::yield_now().await;
            }
        });
        assert!(
            waited.await.is_ok(),
            "{count} times {part:?} in\n{}",
            self.all()
        );
    }
}

impl Observer for Diary {
    fn session(&self, session: &SessionId, event: &Event<'_>) {
        self.write(format!("{session}: {event:?}"));
    }

    fn turned_away(&self, _: SocketAddr, why: &str) {
        self.write(format!("turned away: {why}"));
    }

    fn not_accepted(&self, why: &str) {
        self.write(format!("not accepted: {why}"));
    }
}

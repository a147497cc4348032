//! [`Stage`]: the test application, the door and the log of a live server, behind one lock: the library calls it from its tasks, the
//! player from the file. Cheap to clone; all clones are one.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fix_engine::codec::message::Message;
use fix_engine::io::admission::{Admission, Doorkeeper, Refusal};
use fix_engine::io::application::{self, Event, Observer, SessionId, Taken, Turn};
use fix_engine::io::front::Arrival;
use fix_engine::session::input::{Input, Send};

use super::super::application::Application;
use super::super::options::Options;

#[derive(Clone)]
pub(super) struct Stage(Arc<Mutex<Inner>>);

struct Inner {
    application: Application,
    users: Vec<(String, String)>,
    locked: Vec<String>,
    log: Vec<String>,
    /// Connections that the session got, and strangers that were turned away, not yet noticed by the player.
    connected: usize,
    turned_away: usize,
}

impl Stage {
    pub(super) fn new(options: &Options) -> Stage {
        Stage(Arc::new(Mutex::new(Inner {
            application: Application::default(),
            users: options.users.clone(),
            locked: options.locked.clone(),
            log: Vec::new(),
            connected: 0,
            turned_away: 0,
        })))
    }

    pub(super) fn does(&self, word: &str, rest: &str) -> Option<Vec<Input>> {
        self.lock().application.does(word, rest)
    }

    pub(super) fn delivered(&self) -> usize {
        self.lock().application.delivered
    }

    pub(super) fn restart(&self) {
        self.lock().application.restart();
    }

    pub(super) fn has(&self, text: &str) -> bool {
        self.lock().log.iter().any(|line| line.contains(text))
    }

    pub(super) fn all(&self) -> String {
        format!("  {}", self.lock().log.join("\n  "))
    }

    pub(super) fn show_no_secret(&self, secrets: &[&str]) -> Result<(), String> {
        let inner = self.lock();
        let mut lines = inner.log.iter();
        match lines.find(|line| secrets.iter().any(|secret| line.contains(secret))) {
            Some(line) => Err(format!("  a secret is in the log: {line}")),
            None => Ok(()),
        }
    }

    /// Whether the session got a connection that was not noticed yet.
    pub(super) fn take_connected(&self) -> bool {
        take(&mut self.lock().connected)
    }

    /// Whether somebody was turned away and it was not noticed yet.
    pub(super) fn take_turned_away(&self) -> bool {
        take(&mut self.lock().turned_away)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, arrival: &Arrival) -> Result<(), Refusal> {
        let inner = self.lock();
        if inner.users.is_empty() {
            return Ok(());
        }
        let told = "wrong username or password";
        let name = arrival.request.username.as_deref().unwrap_or_default();
        let known = inner.users.iter().find(|(user, _)| user == name);
        let Some((_, password)) = known else {
            return Err(Refusal::told(format!("no user {name:?}"), told));
        };
        let given = arrival.request.password.as_ref();
        if given.map(|given| given.reveal()) != Some(password) {
            return Err(Refusal::told(format!("wrong password of {name:?}"), told));
        }
        if inner.locked.iter().any(|locked| locked == name) {
            let reason = format!("user {name:?} is locked");
            return Err(Refusal::told(reason, "the user is locked"));
        }
        Ok(())
    }
}

fn take(count: &mut usize) -> bool {
    let is_there = *count > 0;
    *count = count.saturating_sub(1);
    is_there
}

impl application::Application for Stage {
    fn on_message(&mut self, message: &Message, turn: &mut Turn<'_>) -> Taken {
        for input in self.lock().application.take(message) {
            match input {
                Input::Send(body, Send::Durable(cause)) => turn.send_caused(body, cause),
                Input::Confirm { msg_seq_num } => turn.confirm(msg_seq_num),
                other => panic!("the application does not answer {other:?}"),
            }
        }
        Taken::Later
    }
}

impl Doorkeeper for Stage {
    fn admit<'a>(&'a self, _: &'a SessionId, arrival: &'a Arrival) -> Admission<'a> {
        Box::pin(std::future::ready(self.check(arrival)))
    }
}

impl Observer for Stage {
    fn session(&self, _: &SessionId, event: &Event<'_>) {
        let mut inner = self.lock();
        inner.log.push(format!("{event:?}"));
        inner.connected += usize::from(matches!(event, Event::Connected(_)));
    }

    fn received(&self, _: &SessionId, message: &Message) {
        self.lock().log.push(message.to_pipe());
    }

    fn turned_away(&self, _: SocketAddr, why: &str) {
        let mut inner = self.lock();
        inner.log.push(format!("turned away: {why}"));
        inner.turned_away += 1;
    }
}

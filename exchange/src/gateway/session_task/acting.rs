//! What a session wants done is done, in order: bytes go to the peer, messages into the exchange, words into the log. In: actions. Out: everything
//! else. A peer's words are logged by their beginning.

use super::{SessionTask, counting};
use crate::gateway::connection::Connection;
use crate::gateway::excerpt::Excerpt;
use crate::gateway::tap::Passing;
use crate::metrics::labels::DisconnectLabel;
use fix_engine::io::clock;
use fix_engine::io::link::Full;
use fix_engine::session::action::{Action, DisconnectReason};
use fix_engine::session::input::Input;
use fix_engine::session::store::StoreError;
use std::sync::atomic::Ordering;
use tracing::{debug, error, info, warn};

impl SessionTask {
    /// Ends the turn and carries out what the session wants done, in order, until it wants nothing more.
    pub(super) fn carry_out(&mut self) {
        self.turn();
        while let Some(action) = self.actions.pop_front() {
            match action {
                Action::Transmit(bytes) => {
                    let tap = &self.standing.tap;
                    tap.pass(clock::now, || Passing::Out(bytes.clone()));
                    let Some(link) = &mut self.link else {
                        continue;
                    };
                    match link.connection.put(&bytes) {
                        Ok(()) => self.count_sent(&bytes),
                        Err(Full { .. }) => self.cut_slow_consumer(),
                    }
                }
                Action::Deliver(message) => self.deliver(&message),
                Action::PeerRejected(message) => {
                    let message = Excerpt(message.to_pipe());
                    warn!(comp_id = %self.comp_id, %message, "the peer rejected a message of ours");
                }
                Action::LoggedOn => self.logged_on(true),
                Action::LoggedOut { text } => {
                    info!(comp_id = %self.comp_id, text = %Excerpt(text), "logged out");
                    self.logged_on(false);
                }
                Action::WasReset => {
                    info!(comp_id = %self.comp_id, "sequence numbers reset to 1");
                    self.was_reset();
                }
                Action::Noted(note) => {
                    debug!(comp_id = %self.comp_id, note = %Excerpt(note), "session");
                }
                Action::Disconnect { why } => {
                    info!(comp_id = %self.comp_id, why = %Excerpt(&why), "disconnected");
                    if why == DisconnectReason::StoreFailed {
                        self.excuse_failure();
                    }
                    self.unlink(counting::reason(&why), Connection::close);
                }
                Action::StoreFailed(why) => self.store_failed(&why),
                other => debug!(comp_id = %self.comp_id, ?other, "session"),
            }
        }
        self.forget_throttled();
    }

    fn cut_slow_consumer(&mut self) {
        warn!(
            comp_id = %self.comp_id,
            messages = self.venue.config.outbound_queue,
            "disconnected: the peer does not read what is sent (slow consumer)"
        );
        self.unlink(DisconnectLabel::SlowConsumer, Connection::cut);
        self.handle(Input::Disconnected);
    }

    fn store_failed(&mut self, why: &StoreError) {
        error!(comp_id = %self.comp_id, %why, "the session's store failed: the session stays away until the next start");
        self.venue
            .health
            .ail("sessions", format!("session {}: {why}", self.comp_id));
        self.standing.has_failed.store(true, Ordering::Relaxed);
    }

    /// Whether the store has failed: nothing more is told until the next start.
    pub(super) fn has_failed(&self) -> bool {
        self.standing.has_failed.load(Ordering::Relaxed)
    }
}

//! What ends a connection from outside the session: a peer that sends too fast, a certificate that is revoked. What is too much is refused
//! message by message; who goes on all the same is logged out. Nothing is lost: a refusal is an answer, and what was not read is asked for
//! again at the next logon.

use super::SessionTask;
use crate::gateway::connection::Connection;
use crate::gateway::throttle::Pace;
use crate::metrics::labels::DisconnectLabel;
use fix_engine::codec::message::Message;
use fix_engine::io::clock;
use fix_engine::session::input::Input;
use tracing::warn;

/// Refused numbers that wait for the gap before them to close. Beyond it the latest is let through after all.
const THROTTLED_MAX: usize = 4_096;

impl SessionTask {
    /// A message of the peer, if it may come now.
    pub(super) fn pace(&mut self, message: Message) {
        match self.throttle.take(clock::now()) {
            Pace::Kept => {}
            Pace::Exceeded => self.mark_throttled(&message),
            Pace::Flooding => return self.cut_flood(),
        }
        self.handle(Input::Message(message));
    }

    /// Its own messages (session messages) have no application answer: they only count.
    fn mark_throttled(&mut self, message: &Message) {
        self.venue.metrics.fix.throttled.inc();
        if let Ok(msg_seq_num) = message.msg_seq_num() {
            self.throttled.insert(msg_seq_num);
            if self.throttled.len() > THROTTLED_MAX {
                self.throttled.pop_last();
            }
        }
    }

    /// Whether this delivered message came too fast.
    pub(super) fn is_throttled(&mut self, msg_seq_num: u64) -> bool {
        !self.throttled.is_empty() && self.throttled.remove(&msg_seq_num)
    }

    /// Numbers that are used up cannot be delivered any more.
    pub(super) fn forget_throttled(&mut self) {
        if !self.throttled.is_empty() {
            self.throttled = self.throttled.split_off(&self.session.next_in());
        }
    }

    fn cut_flood(&mut self) {
        let (per_sec, burst) = (
            self.venue.config.messages_per_sec,
            self.venue.config.messages_burst,
        );
        warn!(
            comp_id = %self.comp_id,
            per_sec,
            burst,
            "disconnected: the peer goes on sending more messages than it may"
        );
        let text =
            format!("too many messages: more than {per_sec} a second, and {burst} of them refused");
        self.cut(text, DisconnectLabel::Throttled);
    }

    /// Ends the connection if the certificate that it was made with is revoked now.
    pub(super) fn cut_revoked(&mut self) {
        let certificate = self
            .link
            .as_ref()
            .and_then(|it| it.connection.certificate());
        if certificate.is_some_and(|certificate| self.venue.revoked.contains(certificate)) {
            warn!(comp_id = %self.comp_id, "disconnected: the client certificate has been revoked");
            let text = "the client certificate has been revoked".to_owned();
            self.cut(text, DisconnectLabel::CertificateRevoked);
        }
    }

    /// Says goodbye and does not wait for an answer.
    fn cut(&mut self, text: String, reason: DisconnectLabel) {
        self.handle(Input::Logout { text });
        self.carry_out();
        self.handle(Input::Disconnected);
        self.unlink(reason, Connection::close);
    }
}

//! A connection meets its session: the Logon that it came with, and everything that comes after it, in order. Who logs on has proved who it is.

use super::{Link, SessionTask, config};
use crate::gateway::connection::{Connection, Inbound};
use crate::gateway::farewell::farewell;
use crate::gateway::logon::{Stranger, may_log_on};
use crate::gateway::marketdata::desk::Desk;
use crate::gateway::roster::{Attachment, Mail};
use crate::gateway::tap::Passing;
use crate::gateway::venue::Venue;
use crate::metrics::labels::DisconnectLabel;
use fix_engine::io::clock;
use fix_engine::session::Session;
use fix_engine::session::input::Input;
use market::id::CompId;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc;
use tracing::info;

impl SessionTask {
    /// A connection for the session, with its Logon (A).
    pub(super) fn attach(&mut self, attachment: Attachment) {
        if let Err(why) = self.welcome() {
            return attachment.turn_away(&why, self.comp_id, &self.venue);
        }
        let config = config(self.participant, self.comp_id, &self.venue);
        if self.session.unconfirmed() == 0
            && config.reset_on_logon != self.session.config().reset_on_logon
        {
            self.session = Session::new(config);
        }
        let Attachment { peer, logon, claim } = attachment;
        let fix = &self.venue.config;
        let waiting = self.venue.metrics.fix.outbound_queue_messages.clone();
        let connection =
            Connection::start(peer, fix.max_message_bytes, fix.outbound_queue, waiting);
        *self
            .standing
            .peer
            .lock()
            .unwrap_or_else(PoisonError::into_inner) =
            Some((connection.address(), connection.is_tls()));
        self.link = Some(Link {
            connection,
            number: self.venue.number_connection(),
            desk: Desk::new(fix.max_subscriptions),
            was_logged_on: false,
            _claim: claim,
        });
        self.heard();
        self.count_received(&logon);
        self.pass_in(&logon);
        self.handle(Input::Connected);
        self.begin(logon);
        // The lists may have been read between the handshake and now.
        self.cut_revoked();
    }

    /// Whether the participant may have its session now.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn welcome(&self) -> Result<(), Stranger> {
        let record = self.venue.directory.participant(self.participant);
        may_log_on(record.as_deref(), self.comp_id, self.life)?;
        match self.has_failed() {
            true => Err(Stranger::StoreFailed(self.comp_id)),
            false => Ok(()),
        }
    }

    /// The store has failed over the Logon itself: the peer is told so. One that was logged on is not: what cannot be stored cannot have a number
    /// of the session.
    pub(super) fn excuse_failure(&mut self) {
        if let Some(link) = self.link.as_mut().filter(|link| !link.was_logged_on) {
            let why = Stranger::StoreFailed(self.comp_id);
            if let Some(words) = farewell(&why, self.comp_id, &self.venue) {
                let _first = link.connection.put(&words);
            }
        }
    }

    /// What comes from the peer.
    pub(super) fn hear(&mut self, inbound: Inbound) {
        match inbound {
            Inbound::Message(message) => {
                self.heard();
                self.count_received(&message);
                self.pass_in(&message);
                self.pace(message);
            }
            Inbound::Garbled(why) => {
                self.venue.metrics.fix.garbled.inc();
                let tap = &self.standing.tap;
                tap.pass(clock::now, || Passing::Garbled(why.why));
                self.handle(Input::Garbled(why));
            }
            Inbound::Emptied => self.handle(Input::Tick),
            Inbound::Closed(why) => {
                info!(comp_id = %self.comp_id, why, "connection lost");
                self.handle(Input::Disconnected);
                self.unlink(DisconnectLabel::Lost, Connection::close);
            }
        }
    }

    fn heard(&self) {
        self.standing
            .heard_nanos
            .store(clock::now().nanos(), Ordering::Relaxed);
    }
}

/// The session has ended: who has come too late for it is told so.
pub(super) fn turn_away_waiting(
    mut mailbox: mpsc::Receiver<Mail>,
    why: &Stranger,
    comp_id: CompId,
    venue: &Venue,
) {
    mailbox.close();
    while let Ok(mail) = mailbox.try_recv() {
        if let Mail::Attach(attachment) = mail {
            attachment.turn_away(why, comp_id, venue);
        }
    }
}

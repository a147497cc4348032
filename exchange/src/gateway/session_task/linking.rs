//! A connection meets its session: the Logon that it came with, and everything that comes after it, in order. Who logs on has proved who it is.

use super::{Link, SessionTask, config, counting};
use crate::gateway::connection::{Connection, Inbound};
use crate::gateway::marketdata::desk::Desk;
use crate::gateway::roster::Attachment;
use crate::gateway::tap::Passing;
use fix_engine::io::clock;
use fix_engine::session::Session;
use fix_engine::session::input::Input;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use tracing::{info, warn};

impl SessionTask {
    /// A connection for the session, with its Logon (A).
    pub(super) fn attach(&mut self, attachment: Attachment) {
        if self.is_broken {
            warn!(comp_id = %self.comp_id, "logon refused: the session's store has failed");
            self.venue.metrics.fix.logons.inc("refused");
            return;
        }
        if self.is_shut_out() {
            info!(comp_id = %self.comp_id, "logon refused: disabled or removed meanwhile");
            self.venue.metrics.fix.logons.inc("disabled");
            return;
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
            Inbound::Closed(why) => {
                info!(comp_id = %self.comp_id, why, "connection lost");
                self.handle(Input::Disconnected);
                self.unlink(counting::LOST, Connection::close);
            }
        }
    }

    fn heard(&self) {
        self.standing
            .heard_nanos
            .store(clock::now().nanos(), Ordering::Relaxed);
    }
}

//! A session is given things turn by turn: what is queued is one turn, and one commit of its store. In: inputs, reports that wait in the
//! mailbox. Out: actions, to be carried out in order; and how the session stands, for others to see.

use super::{Happening, SessionTask};
use crate::gateway::roster::Mail;
use fix_engine::io::clock;
use fix_engine::session::input::{Cause, Input};
use fix_engine::session::store::Store;
use std::sync::atomic::Ordering;

/// Reports that are one turn at most, so that the peer's messages and the time come in between.
const REPORTS_A_TURN: usize = 256;
/// Messages of the peer that are taken together at most, so that reports and the time come in between.
const MESSAGES_TOGETHER: usize = 64;

impl SessionTask {
    /// Gives the session one thing now, behind what is queued.
    pub(super) fn handle(&mut self, input: Input) {
        self.queue(input);
        self.turn();
    }

    /// Gives the session one thing with the next turn.
    pub(super) fn queue(&mut self, input: Input) {
        self.inputs.push(input);
    }

    /// All that is queued, as one turn.
    pub(super) fn turn(&mut self) {
        if self.inputs.is_empty() {
            return;
        }
        let mut actions = Vec::new();
        self.session.handle_batch(
            clock::now(),
            self.inputs.drain(..),
            &mut self.store,
            &mut actions,
        );
        self.actions.extend(actions);
        self.show();
    }

    /// The cause of the last report, for messages that no entry caused: their place in the journal is beside it.
    pub(super) fn last_cause(&mut self) -> Cause {
        self.turn();
        self.store.last_cause().unwrap_or_default()
    }

    /// Before anything is carried out: what the peer has heard, others find.
    fn show(&mut self) {
        if self.session.is_logged_on() && !self.standing.is_logged_on.load(Ordering::Relaxed) {
            self.logged_on(true);
        }
        let standing = &self.standing;
        standing
            .next_in
            .store(self.session.next_in(), Ordering::Relaxed);
        standing
            .next_out
            .store(self.store.next_out(), Ordering::Relaxed);
    }

    /// Reports that wait in the mailbox become one turn with those before them: one commit of the store for all.
    pub(super) fn take_reports(&mut self) {
        for _ in 0..REPORTS_A_TURN {
            let Ok(mail) = self.mailbox.try_recv() else {
                return;
            };
            let is_report = matches!(mail, Mail::Told { .. } | Mail::Confirm { .. });
            if !is_report {
                self.carry_out();
            }
            self.take(Happening::Mail(mail));
            if !is_report {
                return;
            }
        }
    }

    /// Messages that one read has brought are taken together: their commands are decided together.
    pub(super) fn take_messages(&mut self) {
        for _ in 0..MESSAGES_TOGETHER {
            if !self.session.wants_messages() {
                return;
            }
            let link = self.link.as_mut();
            let Some(inbound) = link.and_then(|link| link.connection.ready()) else {
                return;
            };
            self.hear(inbound);
            self.carry_out();
        }
    }
}

//! What operators want of a session: that it logs out, or has other numbers. Each wish is an entry of the journal and is obeyed once: what was
//! obeyed counts as told, and the floor remembers it. A reset that the peer has to agree to waits for its next logon, also over restarts.

use super::{SessionTask, mark};
use crate::gateway::roster::Bidding;
use crate::gateway::tap::Passing;
use fix_engine::codec::message::Message;
use fix_engine::io::clock;
use fix_engine::session::input::Input;
use fix_engine::tag;
use std::sync::atomic::Ordering;
use tracing::info;

impl SessionTask {
    /// Does what an operator wants in entry `seq`, unless it was done before.
    pub(super) fn obey(&mut self, seq: u64, bidding: Bidding) {
        let cause = mark(seq);
        if !self.has_failed() && self.told.is_none_or(|told| told < cause) {
            info!(comp_id = %self.comp_id, seq, ?bidding, "an operator wants");
            match bidding {
                Bidding::LogOut { text } => self.handle(Input::Logout { text }),
                Bidding::SetNumbers { next_in, next_out } => {
                    self.handle(Input::SetNumbers { next_in, next_out });
                }
                Bidding::ResetNumbers => self.floor.is_reset_due = true,
            }
            self.told = Some(cause);
            self.write_floor();
            self.show_reset_due();
            self.reset_if_due();
            self.carry_out();
        }
        self.standing.obeyed.send_replace(seq);
    }

    /// The conversation begins with this Logon (A). When a reset is due, its number does not matter: whatever the peer believes, it is
    /// asked to begin at 1.
    pub(super) fn begin(&mut self, logon: Message) {
        let asks_itself = logon.value(tag::RESET_SEQ_NUM_FLAG) == Some(b"Y");
        if self.floor.is_reset_due
            && !asks_itself
            && let Ok(number) = logon.msg_seq_num()
        {
            self.handle(Input::SetNumbers {
                next_in: Some(number),
                next_out: None,
            });
        }
        self.handle(Input::Message(logon));
        self.reset_if_due();
    }

    /// Asks the peer to begin at 1, by a Logon (A) with ResetSeqNumFlag (141), while it is logged on.
    fn reset_if_due(&mut self) {
        if self.floor.is_reset_due && self.session.is_logged_on() {
            self.handle(Input::Reset);
        }
    }

    /// Both numbers are 1 again, whoever wanted it.
    pub(super) fn was_reset(&mut self) {
        self.floor.is_reset_due = false;
        self.write_floor();
        self.show_reset_due();
    }

    pub(super) fn show_reset_due(&self) {
        let is_due = self.floor.is_reset_due;
        self.standing.is_reset_due.store(is_due, Ordering::Relaxed);
    }

    /// A message of the peer, for those who follow the session.
    pub(super) fn pass_in(&self, message: &Message) {
        let tap = &self.standing.tap;
        tap.pass(clock::now, || Passing::In(message.bytes().clone()));
    }
}

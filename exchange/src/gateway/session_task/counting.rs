//! What a session counts for `/metrics`: messages each way, and how its connections end.

use super::{Link, SessionTask};
use crate::gateway::connection::Connection;
use crate::metrics::labels::{DisconnectLabel, LogonResult, MsgTypeLabel, RejectKind, Side};
use fix_engine::codec::message::Message;
use fix_engine::session::action::DisconnectReason;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use tracing::info;

/// Fields of a message of ours up to SendingTime (52): BeginString, BodyLength, MsgType, MsgSeqNum, the CompIDs. PossDupFlag (43) is next.
const FIELDS_BEFORE_POSS_DUP: usize = 7;

impl SessionTask {
    /// A message has come.
    pub(super) fn count_received(&self, message: &Message) {
        let fix = &self.venue.metrics.fix;
        fix.messages_received
            .inc(MsgTypeLabel::of(message.msg_type()));
        fix.received_bytes.inc_by(length(message.bytes()));
        if message.msg_type() == fix_engine::msg_type::RESEND_REQUEST {
            fix.resend_requests.inc(Side::Received);
        }
    }

    /// A message of ours goes to a connection.
    pub(super) fn count_sent(&self, bytes: &[u8]) {
        let fix = &self.venue.metrics.fix;
        let (msg_type, is_again) = sent(bytes);
        fix.messages_sent.inc(MsgTypeLabel::of(msg_type));
        fix.sent_bytes.inc_by(length(bytes));
        match msg_type {
            fix_engine::msg_type::RESEND_REQUEST => fix.resend_requests.inc(Side::Sent),
            fix_engine::msg_type::REJECT => fix.rejects_sent.inc(RejectKind::Session),
            fix_engine::msg_type::BUSINESS_MESSAGE_REJECT => {
                fix.rejects_sent.inc(RejectKind::Business)
            }
            _ => {}
        }
        if is_again {
            fix.resent_messages.inc();
        }
    }

    pub(super) fn logged_on(&mut self, is_logged_on: bool) {
        let was = self
            .standing
            .is_logged_on
            .swap(is_logged_on, Ordering::Relaxed);
        let fix = &self.venue.metrics.fix;
        match (was, is_logged_on) {
            (false, true) => {
                info!(comp_id = %self.comp_id, "logged on");
                fix.sessions_logged_on.inc();
            }
            (true, false) => fix.sessions_logged_on.dec(),
            _ => {}
        }
        // A Logon inside the session, which resets the numbers, is no other logon.
        if is_logged_on
            && let Some(link) = &mut self.link
            && !std::mem::replace(&mut link.was_logged_on, true)
        {
            fix.logons.inc(LogonResult::Accepted);
        }
    }

    /// Gives the connection up: `reason` is what it is counted under, once it was logged on. The claim goes last: who waits for it finds
    /// the session as it is then.
    pub(super) fn unlink(&mut self, reason: DisconnectLabel, end: impl FnOnce(Connection)) {
        self.throttled.clear();
        let link = self.link.take();
        if let Some(link) = &link {
            self.count_end(link, reason);
        }
        *self
            .standing
            .peer
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = None;
        self.logged_on(false);
        if let Some(Link { connection, .. }) = link {
            end(connection);
        }
    }

    fn count_end(&self, link: &Link, reason: DisconnectLabel) {
        let fix = &self.venue.metrics.fix;
        if link.was_logged_on {
            return fix.disconnects.inc(reason);
        }
        fix.logons.inc(match reason {
            DisconnectLabel::Lost => LogonResult::Closed,
            DisconnectLabel::StoreFailed => LogonResult::StoreFailed,
            _ => LogonResult::Refused,
        });
    }
}

/// The value of `reason` of a connection that the session ends.
pub(super) fn reason(why: &DisconnectReason) -> DisconnectLabel {
    match why {
        DisconnectReason::PeerLoggedOut
        | DisconnectReason::LogoutAnswered
        | DisconnectReason::LogoutTimeout => DisconnectLabel::LoggedOut,
        DisconnectReason::MsgSeqNumTooLow { .. } | DisconnectReason::MsgSeqNumMissing => {
            DisconnectLabel::MsgSeqNum
        }
        DisconnectReason::Fault(_) => DisconnectLabel::Fault,
        DisconnectReason::Silent { .. } => DisconnectLabel::Silent,
        DisconnectReason::ResendUnanswered { .. }
        | DisconnectReason::TooManyResendRequests
        | DisconnectReason::SameResendRequest { .. } => DisconnectLabel::Resends,
        DisconnectReason::MessageTooLong { .. } => DisconnectLabel::TooLong,
        DisconnectReason::OutsideHours(_) => DisconnectLabel::OutsideHours,
        DisconnectReason::Overrun => DisconnectLabel::Overrun,
        DisconnectReason::StoreFailed => DisconnectLabel::StoreFailed,
        _ => DisconnectLabel::Other,
    }
}

/// MsgType (35) of a message of ours, and whether it is sent again (PossDupFlag, 43).
fn sent(bytes: &[u8]) -> (&str, bool) {
    let mut fields = bytes.split(|byte| *byte == SOH);
    let msg_type = fields.nth(2).and_then(|field| field.strip_prefix(b"35="));
    let next = fields.nth(FIELDS_BEFORE_POSS_DUP - 3);
    let msg_type = msg_type.and_then(|text| std::str::from_utf8(text).ok());
    (msg_type.unwrap_or_default(), next == Some(b"43=Y"))
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

const SOH: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;
    use fix_engine::codec::body::Body;
    use fix_engine::codec::encode::{Header, encode};
    use fix_engine::time::Timestamp;

    #[test]
    fn type_and_repetition_are_read_from_the_header_alone() {
        let now = Timestamp::from_secs(1_700_000_000);
        for (msg_type, is_again) in [("8", false), ("BF", true), ("4", true)] {
            let mut header = Header::new("FIX.4.4", "LOGGIA", "BOT01", 17, now);
            header.poss_dup_flag = is_again;
            header.orig_sending_time = is_again.then_some(now);
            let mut body = Body::new(msg_type);
            body.push(58, "43=Y");
            let mut bytes = bytes::BytesMut::new();
            encode(&header, &body, &mut bytes);
            assert_eq!(sent(&bytes), (msg_type, is_again));
        }
        assert_eq!(sent(b"8=FIX.4.4"), ("", false));
    }
}

//! The bodies of administrative messages (FIX 4.4 vol. 2, «Administrative messages»). In: their values. Out: a
//! [`Body`]. Does not know numbers nor times.

use crate::codec::body::Body;
use crate::codec::garbled::Unreadable;
use crate::codec::message::Message;
use crate::dictionary::rejection::{Rejection, SessionRejectReason};
use crate::msg_type;
use crate::session::config::SessionConfig;
use crate::tag;

/// Logon (A). The initiator shows who it is; the acceptor only agrees.
pub(super) fn logon(
    heart_bt_int_secs: u32,
    reset: bool,
    next_expected: Option<u64>,
    credentials: Option<&SessionConfig>,
) -> Body {
    let mut body = Body::new(msg_type::LOGON);
    body.push(tag::ENCRYPT_METHOD, 0_u32)
        .push(tag::HEART_BT_INT, heart_bt_int_secs);
    if reset {
        body.push(tag::RESET_SEQ_NUM_FLAG, true);
    }
    body.push_some(tag::NEXT_EXPECTED_MSG_SEQ_NUM, next_expected);
    if let Some(config) = credentials {
        body.push_some(tag::USERNAME, config.username.as_ref());
        body.push_some(
            tag::PASSWORD,
            config.password.as_ref().map(|password| password.reveal()),
        );
    }
    body
}

/// Heartbeat (0), the answer to a TestRequest where it carries a TestReqID (112).
pub(super) fn heartbeat(test_req_id: Option<&[u8]>) -> Body {
    let mut body = Body::new(msg_type::HEARTBEAT);
    match test_req_id {
        Some([]) => body.push_empty(tag::TEST_REQ_ID),
        test_req_id => body.push_some(tag::TEST_REQ_ID, test_req_id),
    };
    body
}

/// TestRequest (1).
pub(super) fn test_request(count: u64) -> Body {
    let mut body = Body::new(msg_type::TEST_REQUEST);
    body.push(tag::TEST_REQ_ID, count);
    body
}

/// ResendRequest (2) for the messages from `begin` to `end`; 0 for everything from `begin` on.
pub(super) fn resend_request(begin: u64, end: u64) -> Body {
    let mut body = Body::new(msg_type::RESEND_REQUEST);
    body.push(tag::BEGIN_SEQ_NO, begin)
        .push(tag::END_SEQ_NO, end);
    body
}

/// SequenceReset (4) that fills a gap up to, and without, `new_seq_no`.
pub(super) fn gap_fill(new_seq_no: u64) -> Body {
    let mut body = Body::new(msg_type::SEQUENCE_RESET);
    body.push(tag::GAP_FILL_FLAG, true)
        .push(tag::NEW_SEQ_NO, new_seq_no);
    body
}

/// Logout (5).
pub(super) fn logout(text: &str) -> Body {
    let mut body = Body::new(msg_type::LOGOUT);
    body.push(tag::TEXT, text);
    body
}

/// Reject (3) of a message, sent back the way it came.
pub(super) fn reject(refused: &Message, msg_seq_num: u64, rejection: &Rejection) -> Body {
    let mut body = Body::new(msg_type::REJECT);
    for (from, to) in REVERSE_ROUTE {
        if let Some(value) = refused.value(from) {
            body.push_head(to, value);
        }
    }
    body.push(tag::REF_SEQ_NUM, msg_seq_num);
    body.push_some(tag::REF_TAG_ID, rejection.ref_tag);
    body.push(tag::REF_MSG_TYPE, refused.msg_type());
    body.push(tag::SESSION_REJECT_REASON, rejection.reason.code());
    body.push(tag::TEXT, rejection.text.as_str());
    body
}

/// Reject (3) of a message that could not be read but for its number.
pub(super) fn reject_garbled(msg_seq_num: u64, bytes: &Unreadable) -> Body {
    let mut body = Body::new(msg_type::REJECT);
    body.push(tag::REF_SEQ_NUM, msg_seq_num);
    body.push_some(tag::REF_MSG_TYPE, bytes.msg_type.as_ref());
    body.push(
        tag::SESSION_REJECT_REASON,
        SessionRejectReason::Other.code(),
    );
    body.push(tag::TEXT, format!("garbled message: {}", bytes.why));
    body
}

/// Where each routing tag of a refused message goes in the answer (FIX 4.4 vol. 2, «Third-party message routing»).
const REVERSE_ROUTE: [(u32, u32); 6] = [
    (tag::ON_BEHALF_OF_COMP_ID, tag::DELIVER_TO_COMP_ID),
    (tag::ON_BEHALF_OF_SUB_ID, tag::DELIVER_TO_SUB_ID),
    (tag::ON_BEHALF_OF_LOCATION_ID, tag::DELIVER_TO_LOCATION_ID),
    (tag::DELIVER_TO_COMP_ID, tag::ON_BEHALF_OF_COMP_ID),
    (tag::DELIVER_TO_SUB_ID, tag::ON_BEHALF_OF_SUB_ID),
    (tag::DELIVER_TO_LOCATION_ID, tag::ON_BEHALF_OF_LOCATION_ID),
];

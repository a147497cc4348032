//! What a participant is told when the gateway itself refuses a message: Reject (3), BusinessMessageReject (j), ExecutionReport
//! rejected (8), OrderCancelReject (9) or OrderMassCancelReport rejected (r). In: the message and a
//! [`Refused`]. Out: a [`Body`]. The codes come from [`crate::gateway::refused`]. Pure.

use crate::gateway::refused::Refused;
use crate::gateway::report::{NO_ORDER, NO_SYMBOL};
use fix_engine::codec::body::Body;
use fix_engine::codec::message::Message;
use fix_engine::time::Timestamp;
use fix_engine::{msg_type, tag};

/// The message that answers `message`, which was refused.
///
/// `exec_id` names the ExecutionReport, if it becomes one: unique, and the same when the same message comes again.
pub(super) fn refusal(message: &Message, refused: &Refused, exec_id: &str, now: Timestamp) -> Body {
    if let Some(reason) = refused.session_reject_reason() {
        return session_reject(message, refused, reason);
    }
    if refused.is_business() {
        return business_reject(message, refused);
    }
    match message.msg_type() {
        msg_type::NEW_ORDER_SINGLE => order_rejected(message, refused, exec_id, now),
        msg_type::ORDER_CANCEL_REQUEST => cancel_reject(message, refused, '1', now),
        msg_type::ORDER_CANCEL_REPLACE_REQUEST => cancel_reject(message, refused, '2', now),
        msg_type::ORDER_MASS_CANCEL_REQUEST => mass_cancel_rejected(message, refused, now),
        _ => business_reject(message, refused),
    }
}

fn session_reject(message: &Message, refused: &Refused, reason: u32) -> Body {
    let mut body = Body::new(msg_type::REJECT);
    body.push_some(tag::REF_SEQ_NUM, message.value(tag::MSG_SEQ_NUM));
    body.push_some(tag::REF_TAG_ID, refused.ref_tag());
    body.push(tag::REF_MSG_TYPE, message.msg_type());
    body.push(tag::SESSION_REJECT_REASON, reason);
    body.push(tag::TEXT, refused.text());
    body
}

fn business_reject(message: &Message, refused: &Refused) -> Body {
    let mut body = Body::new(msg_type::BUSINESS_MESSAGE_REJECT);
    body.push_some(tag::REF_SEQ_NUM, message.value(tag::MSG_SEQ_NUM));
    body.push(tag::REF_MSG_TYPE, message.msg_type());
    body.push_some(tag::BUSINESS_REJECT_REF_ID, business_id(message));
    body.push(
        tag::BUSINESS_REJECT_REASON,
        refused.business_reject_reason(),
    );
    body.push(tag::TEXT, refused.text());
    body
}

/// BusinessRejectRefID (379): the id that the refused message was sent under.
fn business_id(message: &Message) -> Option<&[u8]> {
    let tag = match message.msg_type() {
        msg_type::ORDER_MASS_STATUS_REQUEST => tag::MASS_STATUS_REQ_ID,
        msg_type::MARKET_DATA_REQUEST => tag::MD_REQ_ID,
        msg_type::SECURITY_STATUS_REQUEST => tag::SECURITY_STATUS_REQ_ID,
        msg_type::SECURITY_LIST_REQUEST => tag::SECURITY_REQ_ID,
        msg_type::TRADING_SESSION_STATUS_REQUEST => tag::TRAD_SES_REQ_ID,
        _ => tag::CL_ORD_ID,
    };
    message.value(tag)
}

fn order_rejected(message: &Message, refused: &Refused, exec_id: &str, now: Timestamp) -> Body {
    let mut body = Body::new(msg_type::EXECUTION_REPORT);
    body.push(tag::ORDER_ID, NO_ORDER);
    body.push_some(tag::CL_ORD_ID, message.value(tag::CL_ORD_ID));
    body.push(tag::EXEC_ID, exec_id);
    body.push(tag::EXEC_TYPE, '8');
    body.push(tag::ORD_STATUS, '8');
    body.push(tag::ORD_REJ_REASON, refused.ord_rej_reason());
    body.push_some(tag::ACCOUNT, message.value(tag::ACCOUNT));
    let symbol = message.value(tag::SYMBOL).unwrap_or(NO_SYMBOL.as_bytes());
    body.push(tag::SYMBOL, symbol);
    for tag in [
        tag::SIDE,
        tag::ORDER_QTY,
        tag::ORD_TYPE,
        tag::PRICE,
        tag::TIME_IN_FORCE,
    ] {
        body.push_some(tag, message.value(tag));
    }
    for tag in [tag::LEAVES_QTY, tag::CUM_QTY, tag::AVG_PX] {
        body.push(tag, 0_u32);
    }
    body.push(tag::TRANSACT_TIME, now);
    body.push(tag::TEXT, refused.text());
    body
}

/// The gateway does not know the order's status: OrdStatus (39) is 8, «unknown» in this message's own terms.
fn cancel_reject(message: &Message, refused: &Refused, response_to: char, now: Timestamp) -> Body {
    let mut body = Body::new(msg_type::ORDER_CANCEL_REJECT);
    body.push(tag::ORDER_ID, NO_ORDER);
    body.push_some(tag::CL_ORD_ID, message.value(tag::CL_ORD_ID));
    body.push_some(tag::ORIG_CL_ORD_ID, message.value(tag::ORIG_CL_ORD_ID));
    body.push(tag::ORD_STATUS, '8');
    body.push(tag::TRANSACT_TIME, now);
    body.push(tag::CXL_REJ_RESPONSE_TO, response_to);
    body.push(tag::CXL_REJ_REASON, refused.cxl_rej_reason());
    body.push(tag::TEXT, refused.text());
    body
}

fn mass_cancel_rejected(message: &Message, refused: &Refused, now: Timestamp) -> Body {
    let mut body = Body::new(msg_type::ORDER_MASS_CANCEL_REPORT);
    body.push_some(tag::CL_ORD_ID, message.value(tag::CL_ORD_ID));
    body.push(tag::ORDER_ID, NO_ORDER);
    body.push_some(
        tag::MASS_CANCEL_REQUEST_TYPE,
        message.value(tag::MASS_CANCEL_REQUEST_TYPE),
    );
    body.push(tag::MASS_CANCEL_RESPONSE, '0');
    body.push(
        tag::MASS_CANCEL_REJECT_REASON,
        refused.mass_cancel_reject_reason(),
    );
    body.push_some(tag::SYMBOL, message.value(tag::SYMBOL));
    body.push(tag::TRANSACT_TIME, now);
    body.push(tag::TEXT, refused.text());
    body
}

//! What a participant is told when the gateway itself refuses a message: Reject (3), BusinessMessageReject (j), ExecutionReport
//! rejected (8), OrderCancelReject (9) or OrderMassCancelReport rejected (r). In: the message and a
//! [`Refused`]. Out: a [`Body`]. The codes come from [`crate::gateway::refused`]. Pure.

use crate::gateway::refused::Refused;
use crate::gateway::report::{NO_ORDER, NO_SYMBOL, Report};
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
        // It may live: nobody has looked.
        msg_type::NEW_ORDER_SINGLE
            if refused.is_ours() && message.bool(tag::POSS_RESEND) == Ok(Some(true)) =>
        {
            business_reject(message, refused)
        }
        msg_type::NEW_ORDER_SINGLE => order_rejected(message, refused, exec_id, now),
        msg_type::ORDER_CANCEL_REQUEST => cancel_reject(message, refused, '1', now),
        msg_type::ORDER_CANCEL_REPLACE_REQUEST => cancel_reject(message, refused, '2', now),
        msg_type::ORDER_MASS_CANCEL_REQUEST => mass_cancel_rejected(message, refused, now),
        msg_type::ORDER_STATUS_REQUEST | msg_type::ORDER_MASS_STATUS_REQUEST
            if refused.blames_field() =>
        {
            no_status(message, refused, exec_id, now)
        }
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
        msg_type::USER_REQUEST => tag::USER_REQUEST_ID,
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

/// The answer to a status request that cannot mean an order.
fn no_status(message: &Message, refused: &Refused, exec_id: &str, now: Timestamp) -> Body {
    let text = refused.text();
    let report = Report {
        exec_id: exec_id.to_owned(),
        exec_type: 'I',
        cl_ord_id: None,
        orig_cl_ord_id: None,
        last: None,
        transact_time: now,
        text: Some(&text),
    };
    let mut body = report.no_order(
        message.value(tag::CL_ORD_ID),
        Some(refused.ord_rej_reason()),
        message.value(tag::SYMBOL),
    );
    if message.msg_type() == msg_type::ORDER_MASS_STATUS_REQUEST {
        body.push_some(
            tag::MASS_STATUS_REQ_ID,
            message.value(tag::MASS_STATUS_REQ_ID),
        );
        body.push(tag::TOT_NUM_REPORTS, 0_u32);
        body.push(tag::LAST_RPT_REQUESTED, true);
    } else {
        body.push_some(
            tag::ORD_STATUS_REQ_ID,
            message.value(tag::ORD_STATUS_REQ_ID),
        );
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use fix_engine::codec::field::{FieldError, FieldErrorKind};

    fn answered(msg_type: &str, refused: &Refused) -> String {
        answered_with(msg_type, "", refused)
    }

    fn answered_with(msg_type: &str, header: &str, refused: &Refused) -> String {
        let text = format!(
            "8=FIX.4.4|35={msg_type}|34=7|49=A|56=B|{header}52=20260101-00:00:00|11=a|41=o|55=X|54=1|38=5|530=7|"
        );
        let message = Message::from_pipe(&text).expect("a message");
        let body = refusal(&message, refused, "R1", Timestamp::from_secs(0));
        let fields = String::from_utf8_lossy(body.bytes()).replace('\u{1}', "|");
        format!("35={}|{fields}", body.msg_type())
    }

    #[test]
    fn a_busy_venue_answers_each_message_in_its_own_way() {
        let order = answered("D", &Refused::Busy);
        assert!(
            order.starts_with("35=8|37=NONE|11=a|17=R1|150=8|39=8|103=0|"),
            "{order}"
        );
        assert!(order.contains("|151=0|14=0|6=0|"), "{order}");
        let cancel = answered("F", &Refused::Busy);
        assert!(
            cancel.starts_with("35=9|37=NONE|11=a|41=o|39=8|"),
            "{cancel}"
        );
        assert!(cancel.contains("|434=1|102=2|"), "{cancel}");
        let mass = answered("q", &Refused::Busy);
        assert!(mass.contains("|530=7|531=0|532=99|"), "{mass}");
        let other = answered("AF", &Refused::Busy);
        assert!(other.starts_with("35=j|45=7|372=AF|380=4|"), "{other}");
        assert!(
            other.contains("58=application not available, try again|"),
            "{other}"
        );
    }

    #[test]
    fn an_order_that_may_have_come_before_is_not_called_rejected_by_a_busy_venue() {
        for refused in [Refused::Busy, Refused::Stopped] {
            let answer = answered_with("D", "97=Y|", &refused);
            let expected = "35=j|45=7|372=D|379=a|380=4|";
            assert!(answer.starts_with(expected), "{answer}");
        }
        let order = answered_with("D", "97=N|", &Refused::Busy);
        assert!(order.starts_with("35=8|37=NONE|11=a|"), "{order}");
        let unknown = answered_with("D", "97=Y|", &Refused::UnknownSymbol);
        assert!(unknown.starts_with("35=8|37=NONE|11=a|"), "{unknown}");
    }

    #[test]
    fn what_the_message_itself_did_wrong_is_a_session_reject() {
        let missing = FieldError::new(tag::CL_ORD_ID, FieldErrorKind::Missing);
        let reject = answered("D", &Refused::Field(missing));
        assert!(
            reject.starts_with("35=3|45=7|371=11|372=D|373=1|"),
            "{reject}"
        );
    }

    #[test]
    fn who_may_not_send_an_order_gets_no_execution_report() {
        let reject = answered("D", &Refused::NotAuthorised);
        assert!(
            reject.starts_with("35=j|45=7|372=D|379=a|380=6|"),
            "{reject}"
        );
    }
}

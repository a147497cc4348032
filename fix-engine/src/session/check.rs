//! Looks at one message and says what is wrong with it. In: a message and what was agreed. Out: a fault, plain data.
//! Answers nobody and changes nothing.

use crate::codec::message::Message;
use crate::codec::pipe::short_text;
use crate::dictionary::rejection::{Rejection, SessionRejectReason};
use crate::session::config::SessionConfig;
use crate::session::store::MAX_MSG_SEQ_NUM;
use crate::tag;
use crate::time::Timestamp;

/// BeginString (8) is the one agreed on.
pub(super) fn begin_string(config: &SessionConfig, message: &Message) -> Result<(), String> {
    if message.value(tag::BEGIN_STRING) == Some(config.begin_string.as_bytes()) {
        return Ok(());
    }
    Err(format!(
        "Incorrect BeginString: expected {} but received {}",
        config.begin_string,
        shown(message, tag::BEGIN_STRING)
    ))
}

/// MsgSeqNum (34) is there, a number and within range.
pub(super) fn msg_seq_num(message: &Message) -> Result<u64, String> {
    match message.msg_seq_num() {
        Ok(number) if number < MAX_MSG_SEQ_NUM => Ok(number),
        Ok(_) => Err(format!("MsgSeqNum must be below {MAX_MSG_SEQ_NUM}")),
        Err(_) if !message.has(tag::MSG_SEQ_NUM) => Err("MsgSeqNum is missing".to_owned()),
        Err(_) => Err("MsgSeqNum is not a number".to_owned()),
    }
}

/// SenderCompID (49) and TargetCompID (56) are the ones agreed on. Absent and empty ones are the dictionary's affair,
/// if there is one that does not take them.
pub(super) fn comp_ids(config: &SessionConfig, message: &Message) -> Result<(), Rejection> {
    let sides = [
        (tag::SENDER_COMP_ID, "SenderCompID", &config.target_comp_id),
        (tag::TARGET_COMP_ID, "TargetCompID", &config.sender_comp_id),
    ];
    let is_dictionary_strict = config.dictionary.is_some()
        && config.rules.check_required
        && !config.rules.allow_empty_fields;
    for (tag, name, expected) in sides {
        let value = message.value(tag).unwrap_or_default();
        if !(value.is_empty() && is_dictionary_strict) && value != expected.as_bytes() {
            let text = format!(
                "CompID problem: {name} ({tag}) must be {expected} but is {}",
                shown(message, tag)
            );
            return Err(Rejection::new(
                SessionRejectReason::CompIdProblem,
                Some(tag),
                text,
            ));
        }
    }
    Ok(())
}

/// SendingTime (52) is near our time. Absent and malformed ones are the dictionary's affair.
pub(super) fn sending_time(
    config: &SessionConfig,
    now: Timestamp,
    message: &Message,
) -> Result<(), Rejection> {
    let window_secs = u64::from(config.sending_time_window_secs);
    let Ok(Some(sent)) = message.timestamp(tag::SENDING_TIME) else {
        return Ok(());
    };
    let off_nanos = now.nanos_since(sent).unsigned_abs();
    if window_secs == 0 || off_nanos <= window_secs * 1_000_000_000 {
        return Ok(());
    }
    let text = format!(
        "SendingTime accuracy problem: {} is more than {window_secs} s from our time {now}",
        shown(message, tag::SENDING_TIME)
    );
    Err(Rejection::new(
        SessionRejectReason::SendingTimeAccuracyProblem,
        Some(tag::SENDING_TIME),
        text,
    ))
}

/// What is wrong with the OrigSendingTime (122) of a message sent again.
pub(super) enum OrigSendingTime {
    /// Nothing.
    Good,
    /// It is not there: the message is refused.
    Missing(Rejection),
    /// It lies after SendingTime (52): the message is refused and the session ends.
    Later(Rejection),
}

/// OrigSendingTime (122) is there in a message with PossDupFlag (43) unless it may be left out, and not after
/// SendingTime (52).
pub(super) fn orig_sending_time(config: &SessionConfig, message: &Message) -> OrigSendingTime {
    if !is_poss_dup(message) {
        return OrigSendingTime::Good;
    }
    if !message.has(tag::ORIG_SENDING_TIME) {
        if !config.require_orig_sending_time {
            return OrigSendingTime::Good;
        }
        let text =
            "Required tag missing: OrigSendingTime (122) must be there when PossDupFlag (43) is Y"
                .to_owned();
        let reason = SessionRejectReason::RequiredTagMissing;
        return OrigSendingTime::Missing(Rejection::new(
            reason,
            Some(tag::ORIG_SENDING_TIME),
            text,
        ));
    }
    let times = (
        message.timestamp(tag::ORIG_SENDING_TIME),
        message.timestamp(tag::SENDING_TIME),
    );
    let (Ok(Some(orig)), Ok(Some(sent))) = times else {
        return OrigSendingTime::Good;
    };
    if orig <= sent {
        return OrigSendingTime::Good;
    }
    let text = format!(
        "SendingTime accuracy problem: OrigSendingTime {} is after SendingTime {}",
        shown(message, tag::ORIG_SENDING_TIME),
        shown(message, tag::SENDING_TIME)
    );
    let reason = SessionRejectReason::SendingTimeAccuracyProblem;
    OrigSendingTime::Later(Rejection::new(reason, Some(tag::ORIG_SENDING_TIME), text))
}

/// The message is what the dictionary says it must be.
pub(super) fn dictionary(config: &SessionConfig, message: &Message) -> Result<(), Rejection> {
    match &config.dictionary {
        Some(dictionary) => dictionary.validate(message, &config.rules),
        None => Ok(()),
    }
}

/// Whether PossDupFlag (43) is set.
pub(super) fn is_poss_dup(message: &Message) -> bool {
    message.value(tag::POSS_DUP_FLAG) == Some(b"Y")
}

/// Whether a Logon (A) asks to begin at 1 again.
pub(super) fn asks_for_reset(message: &Message) -> bool {
    message.value(tag::RESET_SEQ_NUM_FLAG) == Some(b"Y")
}

/// A refusal of one value: 373=5.
pub(super) fn wrong_value(tag: u32, text: String) -> Rejection {
    Rejection::new(SessionRejectReason::ValueIsIncorrect, Some(tag), text)
}

/// A refusal for another reason: 373=99.
pub(super) fn other(text: &str) -> Rejection {
    Rejection::new(SessionRejectReason::Other, None, text.to_owned())
}

/// A value of the peer's for a text.
fn shown(message: &Message, tag: u32) -> String {
    short_text(tag, message.value(tag).unwrap_or_default())
}

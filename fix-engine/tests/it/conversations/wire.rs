//! A `>` or `raw` line as the bytes that the peer sends. In: the line and the time. Out: bytes.

use bytes::BytesMut;
use fix_engine::codec::{SOH, checksum};
use fix_engine::time::{Precision, Timestamp};

use super::script;

/// The message of a `>` line, with what it leaves out: 8, 49, 52, 56 unless it begins with 8=, and 9 and 10.
pub(super) fn message(text: &str, now: Timestamp) -> Vec<u8> {
    let text = with_times(text, now);
    let fields: Vec<&str> = text.split('|').filter(|field| !field.is_empty()).collect();
    let (fields, trailer) = match fields.split_last() {
        Some((last, before)) if last.starts_with("10=") => (before, Some(*last)),
        _ => (fields.as_slice(), None),
    };
    let mut begin = "8=FIX.4.4".to_owned();
    let mut length = None;
    let rest: Vec<String> = if text.starts_with("8=") {
        fields[0].clone_into(&mut begin);
        let body = &fields[1..];
        let given = body.first().filter(|field| field.starts_with("9="));
        length = given.map(|field| (*field).to_owned());
        let body = &body[usize::from(length.is_some())..];
        body.iter().map(|field| (*field).to_owned()).collect()
    } else {
        with_head(fields, now)
    };
    let mut body = Vec::new();
    for field in &rest {
        body.extend(bytes_of(field));
        body.push(SOH);
    }
    let length = length.unwrap_or_else(|| format!("9={}", body.len()));
    let mut bytes = bytes_of(&format!("{begin}\\x01{length}\\x01"));
    bytes.extend(body);
    let sum = checksum::digits(checksum::sum(&bytes));
    match trailer {
        Some(trailer) => bytes.extend(bytes_of(trailer)),
        None => {
            bytes.extend(b"10=");
            bytes.extend(sum);
        }
    }
    bytes.push(SOH);
    bytes
}

/// The bytes of a `raw` line.
pub(super) fn raw(text: &str, now: Timestamp) -> Vec<u8> {
    bytes_of(&with_times(text, now).replace('|', "\\x01"))
}

/// The header in its order, with the fields that the line leaves out, and behind it the other fields.
fn with_head(fields: &[&str], now: Timestamp) -> Vec<String> {
    let given = |tag: &str| fields.iter().find(|field| field.starts_with(tag));
    let head = ["35=", "34=", "49=", "52=", "56="].map(|tag| match given(tag) {
        Some(field) => (*field).to_owned(),
        None => left_out(tag, now),
    });
    let rest = fields
        .iter()
        .filter(|field| !head.iter().any(|given| given == *field));
    let rest: Vec<String> = rest.map(|field| (*field).to_owned()).collect();
    head.into_iter().chain(rest).collect()
}

fn left_out(tag: &str, now: Timestamp) -> String {
    match tag {
        "49=" => "49=TW".to_owned(),
        "56=" => "56=ISLD".to_owned(),
        "52=" => format!("52={}", time_text(now)),
        other => panic!("the line has no {other}"),
    }
}

fn bytes_of(text: &str) -> Vec<u8> {
    script::unescaped(text).unwrap_or_else(|| panic!("not understood: {text}"))
}

/// Replaces `<now>`, `<now-121s>` and `<now+1s>` by times.
pub(super) fn with_times(text: &str, now: Timestamp) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<now") {
        let (offset, behind) = after.split_once('>').expect("<now is closed by >");
        let shift = match offset.split_at_checked(1) {
            Some(("-", duration)) => -script::nanos(duration).expect("a duration"),
            Some(("+", duration)) => script::nanos(duration).expect("a duration"),
            _ => 0,
        };
        done.push_str(before);
        done.push_str(&time_text(now.plus_nanos(shift)));
        rest = behind;
    }
    done.push_str(rest);
    done
}

fn time_text(time: Timestamp) -> String {
    let mut text = BytesMut::new();
    time.write(Precision::Millis, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

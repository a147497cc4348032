//! Bytes out of bodies, and text for logs and people.

use super::message;
use bytes::Bytes;
use bytes::BytesMut;
use fix_engine::codec::body::Body;
use fix_engine::codec::body::Decimal;
use fix_engine::codec::encode::Header;
use fix_engine::codec::encode::encode;
use fix_engine::codec::field::FieldErrorKind;
use fix_engine::codec::frame::Framing;
use fix_engine::codec::frame::split;
use fix_engine::codec::message::Message;
use fix_engine::codec::pipe;
use fix_engine::msg_type;
use fix_engine::tag;
use fix_engine::time::Precision;
use fix_engine::time::Timestamp;

#[test]
fn a_body_is_encoded_with_header_length_and_sum() {
    let mut body = Body::new(msg_type::EXECUTION_REPORT);
    body.push(tag::ORDER_ID, "42")
        .push(tag::EXEC_TYPE, 'F')
        .push(
            tag::LAST_QTY,
            Decimal {
                mantissa: 1_000_000_000,
                scale: 8,
            },
        )
        .push(
            tag::AVG_PX,
            Decimal {
                mantissa: -1_2345,
                scale: 4,
            },
        )
        .push(tag::LAST_RPT_REQUESTED, true)
        .push(
            tag::TRANSACT_TIME,
            Timestamp::from_nanos(1_767_225_600_123_456_789),
        )
        .push(tag::TEXT, "")
        .push_some(tag::ACCOUNT, None::<&str>);
    let mut header = Header::new(
        "FIX.4.4",
        "LOGGIA",
        "BOT01",
        12,
        Timestamp::from_secs(1_767_225_600),
    );
    header.precision = Precision::Micros;
    header.poss_dup_flag = true;
    header.orig_sending_time = Some(Timestamp::from_secs(1_767_225_599));
    header.routing = &[(tag::TARGET_SUB_ID, "desk")];
    let mut out = BytesMut::from(&b"before"[..]);
    encode(&header, &body, &mut out);
    let message = Message::parse(Bytes::copy_from_slice(&out[6..])).expect("a message");
    let expected = "8=FIX.4.4|9=159|35=8|34=12|49=LOGGIA|56=BOT01|52=20260101-00:00:00.000000|43=Y|\
                    122=20251231-23:59:59.000000|57=desk|37=42|150=F|32=10|6=-1.2345|912=Y|\
                    60=20260101-00:00:00.123|10=";
    assert!(
        message.to_pipe().starts_with(expected),
        "{}",
        message.to_pipe()
    );
}

#[test]
fn body_length_of_any_size_is_right() {
    for len in (0..1100).chain(9_900..10_050) {
        let mut body = Body::new(msg_type::HEARTBEAT);
        body.push(tag::TEST_REQ_ID, "x".repeat(len));
        let mut out = BytesMut::new();
        encode(
            &Header::new("FIX.4.4", "A", "B", 1, Timestamp::from_secs(0)),
            &body,
            &mut out,
        );
        assert_eq!(split(&out, 100_000), Framing::Frame(out.len()), "{len}");
        Message::parse(out.freeze()).expect("whole");
    }
}

#[test]
fn a_value_cannot_forge_a_field() {
    let mut body = Body::new(msg_type::NEWS);
    body.push(tag::HEADLINE, "a\x0154=2")
        .push_head(tag::SENDER_SUB_ID, "b\x0197=Y");
    let mut out = BytesMut::new();
    encode(
        &Header::new("FIX.4.4", "A", "B", 1, Timestamp::from_secs(0)),
        &body,
        &mut out,
    );
    let message = Message::parse(out.freeze()).expect("a message");
    assert_eq!(message.text(tag::HEADLINE), Some("a 54=2"));
    assert!(!message.has(tag::SIDE) && !message.has(tag::POSS_RESEND));
}

#[test]
fn a_stored_message_gives_its_body_back() {
    let stored = message(
        "8=FIX.4.4|35=D|34=2|49=A|56=B|52=20260101-12:00:00|11=x|95=3|96=a|b|58=|93=1|89=s|",
    );
    let body = Body::of(stored.msg_type(), stored.view());
    assert_eq!(body.msg_type(), "D");
    assert_eq!(body.bytes(), b"11=x\x0195=3\x0196=a\x01b\x0158=\x01");
}

#[test]
fn a_log_shows_no_secret_and_no_forged_line() {
    let message = message(
        "8=FIX.4.4\x0135=A\x01553=user\x01554=hunter2\x01925=new\x0195=3\x0196=raw\x0190=1\x0191=s\x0158=a\nb|c\\d\u{7}é\x01",
    );
    let text = message.to_pipe();
    assert!(
        text.contains(
            "|553=user|554=***|925=***|95=3|96=***|90=1|91=***|58=a\\nb\\x7Cc\\\\d\\u{7}é|"
        ),
        "{text}"
    );
    assert!(!text.contains("hunter2") && !text.contains('\n'));
    let invalid = pipe::value_text(58, b"a\xffb");
    assert_eq!(invalid, "a\\xFFb");
}

#[test]
fn text_of_a_log_is_read_back() {
    let written = message("8=FIX.4.4^A35=0^A34=2^A112=ping^A");
    assert_eq!(message(&written.to_pipe()), written);
    let numbers = |text: &str| message(text).text(tag::BODY_LENGTH).map(str::to_owned);
    assert_eq!(numbers("8=FIX.4.4|35=0|34=2"), Some("10".to_owned()));
}

#[test]
fn time_stamps_of_every_precision() {
    let nanos = |text: &str| Timestamp::read(text.as_bytes()).map(Timestamp::nanos);
    let second = 1_767_225_600_000_000_000;
    assert_eq!(nanos("20260101-00:00:00"), Ok(second));
    assert_eq!(nanos("20260101-00:00:00.123"), Ok(second + 123_000_000));
    assert_eq!(nanos("20260101-00:00:00.123456"), Ok(second + 123_456_000));
    assert_eq!(
        nanos("20260101-00:00:00.123456789"),
        Ok(second + 123_456_789)
    );
    assert_eq!(
        nanos("20260101-00:00:00.123456789999"),
        Ok(second + 123_456_789)
    );
    let ends = [i64::MIN, i64::MAX].map(|nanos| Timestamp::from_nanos(nanos).to_string());
    assert_eq!(
        ends,
        ["16770921-00:12:43.145224192", "22620411-23:47:16.854775807"]
    );
    assert_eq!(nanos("20251231-23:59:60"), Ok(second), "leap second");
    assert_eq!(nanos("19700101-00:00:00"), Ok(0));
    assert_eq!(nanos("19691231-23:59:59.999999999"), Ok(-1));
    assert_eq!(nanos("20240229-00:00:00"), Ok(1_709_164_800_000_000_000));
    assert_eq!(nanos("99991231-00:00:00"), Err(FieldErrorKind::OutOfRange));
    for wrong in [
        "",
        "20260101",
        "20260101-",
        "20260101-24:00:00",
        "20260101-00:60:00",
        "20260101-00:00:61",
        "20260101 00:00:00",
        "20261301-00:00:00",
        "20260431-00:00:00",
        "20250229-00:00:00",
        "20260101-00:00:00.",
        "20260101-00:00",
        "20260101-00:00:00.123456789012345",
        "20260101-00:00:00.12a",
        "20260101-00:00:00Z",
    ] {
        assert_eq!(nanos(wrong), Err(FieldErrorKind::Format), "{wrong}");
    }
}

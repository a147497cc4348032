//! Steady traffic needs no memory: allocations of this thread are counted while messages are read, checked and
//! written.

use allocation_counter::measure;
use bytes::{Bytes, BytesMut};
use fix_engine::codec::body::{Body, Decimal};
use fix_engine::codec::encode::{Header, encode};
use fix_engine::codec::field::Field;
use fix_engine::codec::frame::{Framing, split};
use fix_engine::codec::message::Message;
use fix_engine::codec::pipe;
use fix_engine::dictionary::Dictionary;
use fix_engine::dictionary::rules::Rules;
use fix_engine::time::Timestamp;
use fix_engine::{msg_type, tag};

const HEAD: &str = "34=7|49=BUYER|52=20260101-12:00:00.000|56=VENUE|";
const TIME: Timestamp = Timestamp::from_secs(1_767_268_800);
const ROUNDS: u64 = 100;

/// An order, a report with groups and data, and a snapshot, longest last.
fn messages() -> [Bytes; 3] {
    let order = "35=D|HEAD11=x|453=2|448=P1|447=D|452=1|802=1|523=s|803=1|448=P2|447=D|452=3|55=ABC|54=1|\
        60=20260101-12:00:00|38=100|40=2|44=1.5|";
    let report = "35=8|HEAD347=UTF-8|37=o|11=x|17=e|150=F|39=1|55=ABC|54=1|38=100|32=40|31=1.5|151=60|14=40|6=1.5|\
        60=20260101-12:00:00.123456|354=5|355=caf\u{e9}|";
    let levels = "269=0|270=100.25|271=1500|346=3|".repeat(30);
    let snapshot = format!("35=W|HEAD262=r|55=ABC|268=30|{levels}");
    [order, report, &snapshot]
        .map(|text| pipe::to_bytes(&format!("8=FIX.4.4|{text}").replace("HEAD", HEAD)))
}

fn read(bytes: &Bytes, spare: Vec<Field>, dictionary: &Dictionary, rules: &Rules) -> Vec<Field> {
    assert_eq!(split(bytes, 4096), Framing::Frame(bytes.len()));
    let message = Message::parse_with(bytes.clone(), spare).expect("a message");
    assert_eq!(dictionary.validate(&message, rules), Ok(()));
    message.into_index()
}

#[test]
fn reading_and_checking_allocate_nothing() {
    let (dictionary, rules) = (Dictionary::fix44(), Rules::default());
    let messages = messages();
    let mut spare = Vec::new();
    let mut round = || {
        for bytes in &messages {
            spare = read(bytes, std::mem::take(&mut spare), &dictionary, &rules);
        }
    };
    let first = measure(&mut round);
    assert!(first.count_total > 0, "the index needs memory once");
    let steady = measure(|| (0..ROUNDS).for_each(|_| round()));
    assert_eq!((steady.count_total, steady.bytes_total), (0, 0));
}

#[test]
fn writing_allocates_nothing() {
    let mut body = Body::new(msg_type::EXECUTION_REPORT);
    let mut out = BytesMut::new();
    let mut number = 0;
    let mut round = || {
        number += 1;
        write(&mut body, number, &mut out);
    };
    let first = measure(&mut round);
    assert!(first.count_total > 0, "the buffer needs memory once");
    let steady = measure(|| (0..ROUNDS).for_each(|_| round()));
    assert_eq!((steady.count_total, steady.bytes_total), (0, 0));
    let message = Message::parse(out.freeze()).expect("a message");
    assert_eq!(message.msg_seq_num(), Ok(ROUNDS + 1));
}

fn write(body: &mut Body, number: u64, out: &mut BytesMut) {
    let px = Decimal {
        mantissa: 10_125_000_000,
        scale: 8,
    };
    body.start(msg_type::EXECUTION_REPORT)
        .push_head(tag::POSS_RESEND, true)
        .push(tag::ORDER_ID, "ORDER-0000001234")
        .push(tag::SIDE, '1')
        .push(tag::LAST_PX, px)
        .push(tag::CUM_QTY, 40_u64)
        .push(tag::TRANSACT_TIME, TIME)
        .data(tag::ENCODED_TEXT_LEN, tag::ENCODED_TEXT, b"a\x01b");
    out.clear();
    encode(
        &Header::new("FIX.4.4", "VENUE", "BUYER", number, TIME),
        body,
        out,
    );
}

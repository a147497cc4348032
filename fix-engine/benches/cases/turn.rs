//! A session's turn in memory: bytes in → frame, fields, dictionary, sequence → delivered and confirmed; and the same
//! with a report that is numbered, stored and encoded.

use std::hint::black_box;
use std::sync::Arc;

use bytes::Bytes;
use fix_engine::codec::body::Body;
use fix_engine::codec::frame::{Framing, split};
use fix_engine::codec::message::Message;
use fix_engine::dictionary::Dictionary;
use fix_engine::session::Session;
use fix_engine::session::action::Action;
use fix_engine::session::config::SessionConfig;
use fix_engine::session::input::{Cause, Input, Send};
use fix_engine::session::store::Store;
use fix_engine::time::Timestamp;
use fix_engine::{msg_type, tag};

const LIMIT: usize = 65_536;
pub(crate) const NOW: Timestamp = Timestamp::from_secs(1_767_603_600);
fn bytes(text: &str) -> Bytes {
    Message::from_pipe(text)
        .expect("a good message")
        .bytes()
        .clone()
}

/// So many orders, numbered from 2.
pub(crate) fn orders(count: u64) -> Vec<Bytes> {
    (2..count + 2).map(order).collect()
}

pub(crate) fn order(number: u64) -> Bytes {
    bytes(&format!(
        "8=FIX.4.4|35=D|34={number}|49=BUYER|56=VENUE|52=20260105-09:00:00.000|11=ORDER{number:08}|1=ACCOUNT1|21=1|\
         55=LOGA|54=1|60=20260105-09:00:00.000|38=100|40=2|44=101.25|59=0"
    ))
}

pub(crate) fn logon() -> Message {
    let text = "8=FIX.4.4|35=A|34=1|49=BUYER|56=VENUE|52=20260105-09:00:00.000|98=0|108=30";
    Message::from_pipe(text).expect("a good message")
}

pub(crate) fn report(order: &Message) -> Body {
    let mut body = Body::new(msg_type::EXECUTION_REPORT);
    body.push(tag::ORDER_ID, "1000001")
        .push(tag::EXEC_ID, "E1000001")
        .push(tag::EXEC_TYPE, '0');
    body.push(tag::ORD_STATUS, '0')
        .push_some(tag::CL_ORD_ID, order.value(tag::CL_ORD_ID));
    body.push(tag::SYMBOL, "LOGA")
        .push(tag::SIDE, '1')
        .push(tag::ORDER_QTY, 100_u32);
    body.push(tag::LEAVES_QTY, 100_u32)
        .push(tag::CUM_QTY, 0_u32)
        .push(tag::AVG_PX, 0_u32);
    body.push(tag::TRANSACT_TIME, NOW);
    body
}

/// A session that is logged on, and waits for number 2.
pub(crate) fn logged_on(dictionary: Option<&Arc<Dictionary>>, store: &mut dyn Store) -> Session {
    let mut config = SessionConfig::acceptor("VENUE", "BUYER");
    config.dictionary = dictionary.cloned();
    config.reset_on_logon = true;
    let mut session = Session::new(config);
    let mut actions = Vec::new();
    session.handle(NOW, Input::Connected, store, &mut actions);
    session.handle(NOW, Input::Message(logon()), store, &mut actions);
    assert!(session.is_logged_on());
    session
}

/// One order's turn: from bytes to what the application gets, and its confirmation; with a report where wanted.
pub(crate) fn turn(
    session: &mut Session,
    store: &mut dyn Store,
    order: &Bytes,
    answers: bool,
    actions: &mut Vec<Action>,
) {
    actions.clear();
    assert_eq!(split(black_box(order), LIMIT), Framing::Frame(order.len()));
    let message = Message::parse(order.clone()).expect("a good message");
    session.handle(NOW, Input::Message(message), store, actions);
    let Some(Action::Deliver(message)) = actions.pop() else {
        panic!("the order was not delivered")
    };
    let msg_seq_num = message.msg_seq_num().expect("the session has read it");
    if answers {
        let send = Send::Durable(Cause {
            entry: msg_seq_num,
            index: 0,
        });
        session.handle(NOW, Input::Send(report(&message), send), store, actions);
    }
    session.handle(NOW, Input::Confirm { msg_seq_num }, store, actions);
    black_box(actions);
}

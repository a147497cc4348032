//! The messages and the pieces of work that the benches measure: criterion takes their times (`codec`), callgrind
//! counts their instructions (`instructions`). Every piece keeps its memory from one message to the next.

use std::hint::black_box;
use std::mem;

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

const LIMIT: usize = 65_536;
const HEAD: &str = "34=1234|49=BOT01|52=20261122-12:00:00.123|56=LOGGIA|";

/// NewOrderSingle of 184 bytes.
pub(crate) fn order() -> Bytes {
    sized(
        &format!(
            "8=FIX.4.4|35=D|{HEAD}11=ORD-000012345|1=ACC01|55=LOGA|54=1|60=20261122-12:00:00.123|38=100|40=2|44=101.25|59=0|58=PAD|"
        ),
        184,
    )
}

/// ExecutionReport of 335 bytes.
pub(crate) fn report() -> Bytes {
    sized(
        &format!(
            "8=FIX.4.4|35=8|{HEAD}37=ORDER-0000001234|11=ORD-000012345|17=EXEC-000000056789|150=F|39=1|1=ACC01|55=LOGA|54=1|38=100|\
             40=2|44=101.25|59=0|32=40|31=101.25|151=60|14=40|6=101.25|60=20261122-12:00:00.123|851=2|527=TRADE-0000000777|58=PAD|"
        ),
        335,
    )
}

/// Market data snapshot of 888 bytes with 18 levels.
pub(crate) fn snapshot() -> Bytes {
    let mut text = format!("8=FIX.4.4|35=W|{HEAD}262=PAD|55=LOGA|268=18|");
    for level in 0..18 {
        let (side, price) = if level < 9 {
            (0, 10_000 - level)
        } else {
            (1, 10_000 + level)
        };
        text.push_str(&format!(
            "269={side}|270={price}.25|271=1500|346=3|290={}|",
            level % 10 + 1
        ));
    }
    sized(&text, 888)
}

/// The message, with a text in the place of `PAD` that makes it as long as wanted.
fn sized(text: &str, len: usize) -> Bytes {
    let mut padded = (1..len).map(|pad| pipe::to_bytes(&text.replace("PAD", &"x".repeat(pad))));
    padded
        .find(|bytes| bytes.len() == len)
        .expect("a length that padding reaches")
}

/// A message that is read again and again.
pub(crate) struct Reading {
    bytes: Bytes,
    spare: Vec<Field>,
    dictionary: Dictionary,
    rules: Rules,
}

impl Reading {
    pub(crate) fn of(bytes: Bytes) -> Reading {
        Reading {
            bytes,
            spare: Vec::new(),
            dictionary: Dictionary::fix44(),
            rules: Rules::default(),
        }
    }

    /// Frame, CheckSum, index of the fields.
    pub(crate) fn read(&mut self) {
        let message = self.message();
        self.spare = black_box(message).into_index();
    }

    /// The same and the whole validation.
    pub(crate) fn read_and_validate(&mut self) {
        let message = self.message();
        assert_eq!(self.dictionary.validate(&message, &self.rules), Ok(()));
        self.spare = black_box(message).into_index();
    }

    fn message(&mut self) -> Message {
        let bytes = black_box(&self.bytes);
        assert_eq!(split(bytes, LIMIT), Framing::Frame(bytes.len()));
        Message::parse_with(bytes.clone(), mem::take(&mut self.spare)).expect("a message")
    }
}

/// An ExecutionReport that is written again and again.
pub(crate) struct Writing {
    body: Body,
    out: BytesMut,
}

impl Writing {
    pub(crate) fn new() -> Writing {
        let mut body = Body::new(msg_type::EXECUTION_REPORT);
        fill(&mut body);
        Writing {
            body,
            out: BytesMut::with_capacity(4096),
        }
    }

    /// Body from values, and the message.
    pub(crate) fn fill_and_encode(&mut self) {
        fill(&mut self.body);
        self.encode();
    }

    /// The message of a body that is there.
    pub(crate) fn encode(&mut self) {
        self.out.clear();
        let header = Header::new("FIX.4.4", "LOGGIA", "BOT01", black_box(1234), TIME);
        encode(&header, &self.body, &mut self.out);
        black_box(&self.out);
    }
}

const TIME: Timestamp = Timestamp::from_nanos(1_795_348_800_123_456_789);

fn fill(body: &mut Body) {
    let px = black_box(Decimal {
        mantissa: 10_125_000_000,
        scale: 8,
    });
    body.start(msg_type::EXECUTION_REPORT)
        .push(tag::ORDER_ID, black_box("ORDER-0000001234"))
        .push(tag::CL_ORD_ID, black_box("ORD-000012345"))
        .push(tag::EXEC_ID, black_box("EXEC-000000056789"))
        .push(tag::EXEC_TYPE, black_box('F'))
        .push(tag::ORD_STATUS, black_box('1'))
        .push(tag::ACCOUNT, black_box("ACC01"))
        .push(tag::SYMBOL, black_box("LOGA"))
        .push(tag::SIDE, black_box('1'))
        .push(tag::ORDER_QTY, black_box(100_u64))
        .push(tag::ORD_TYPE, black_box('2'))
        .push(tag::PRICE, px)
        .push(tag::TIME_IN_FORCE, black_box('0'))
        .push(tag::LAST_QTY, black_box(40_u64))
        .push(tag::LAST_PX, px)
        .push(tag::LEAVES_QTY, black_box(60_u64))
        .push(tag::CUM_QTY, black_box(40_u64))
        .push(tag::AVG_PX, px)
        .push(tag::TRANSACT_TIME, black_box(TIME))
        .push(tag::LAST_LIQUIDITY_IND, black_box(2_u64))
        .push(tag::SECONDARY_EXEC_ID, black_box("TRADE-0000000777"));
}

//! Codec and dictionary on one core: a frame read whole (split, CheckSum, index), the same with validation, and an
//! ExecutionReport encoded into a used buffer. Figures and machine: `docs/performance.md`.

use std::hint::black_box;

use bytes::{Bytes, BytesMut};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fix_engine::codec::body::{Body, Decimal};
use fix_engine::codec::encode::{Header, encode};
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
fn order() -> Bytes {
    sized(
        &format!(
            "8=FIX.4.4|35=D|{HEAD}11=ORD-000012345|1=ACC01|55=LOGA|54=1|60=20261122-12:00:00.123|38=100|40=2|44=101.25|59=0|58=PAD|"
        ),
        184,
    )
}

/// ExecutionReport of 335 bytes.
fn report() -> Bytes {
    sized(
        &format!(
            "8=FIX.4.4|35=8|{HEAD}37=ORDER-0000001234|11=ORD-000012345|17=EXEC-000000056789|150=F|39=1|1=ACC01|55=LOGA|54=1|38=100|\
             40=2|44=101.25|59=0|32=40|31=101.25|151=60|14=40|6=101.25|60=20261122-12:00:00.123|851=2|527=TRADE-0000000777|58=PAD|"
        ),
        335,
    )
}

/// Market data snapshot of 888 bytes with 18 levels.
fn snapshot() -> Bytes {
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

fn read(bench: &mut Criterion) {
    let dictionary = Dictionary::fix44();
    let rules = Rules::default();
    for (name, bytes) in [
        ("NewOrderSingle", order()),
        ("ExecutionReport", report()),
        ("Snapshot", snapshot()),
    ] {
        let mut group = bench.benchmark_group(format!("{name} {} B", bytes.len()));
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        let mut spare = Vec::new();
        group.bench_function("frame, sum, index", |bench| {
            bench.iter(|| {
                assert_eq!(split(black_box(&bytes), LIMIT), Framing::Frame(bytes.len()));
                let message = Message::parse_with(bytes.clone(), std::mem::take(&mut spare))
                    .expect("a message");
                spare = black_box(message).into_index();
            });
        });
        let message = Message::parse(bytes.clone()).expect("a message");
        assert_eq!(dictionary.validate(&message, &rules), Ok(()));
        group.bench_function("validate", |bench| {
            bench.iter(|| black_box(dictionary.validate(black_box(&message), &rules).is_ok()));
        });
        group.finish();
    }
}

fn write(bench: &mut Criterion) {
    let mut body = Body::new(msg_type::EXECUTION_REPORT);
    let mut out = BytesMut::with_capacity(4096);
    let time = Timestamp::from_nanos(1_795_348_800_123_456_789);
    bench.bench_function("ExecutionReport, body and encode", |bench| {
        bench.iter(|| {
            fill(&mut body, time);
            out.clear();
            let header = Header::new("FIX.4.4", "LOGGIA", "BOT01", black_box(1234), time);
            encode(&header, &body, &mut out);
            black_box(out.len())
        });
    });
    bench.bench_function("ExecutionReport, encode", |bench| {
        bench.iter(|| {
            out.clear();
            let header = Header::new("FIX.4.4", "LOGGIA", "BOT01", black_box(1234), time);
            encode(&header, &body, &mut out);
            black_box(out.len())
        });
    });
}

fn fill(body: &mut Body, time: Timestamp) {
    let px = Decimal {
        mantissa: 10_125_000_000,
        scale: 8,
    };
    body.start(msg_type::EXECUTION_REPORT)
        .push(tag::ORDER_ID, "ORDER-0000001234")
        .push(tag::CL_ORD_ID, "ORD-000012345")
        .push(tag::EXEC_ID, "EXEC-000000056789")
        .push(tag::EXEC_TYPE, 'F')
        .push(tag::ORD_STATUS, '1')
        .push(tag::ACCOUNT, "ACC01")
        .push(tag::SYMBOL, "LOGA")
        .push(tag::SIDE, '1')
        .push(tag::ORDER_QTY, 100_u64)
        .push(tag::ORD_TYPE, '2')
        .push(tag::PRICE, px)
        .push(tag::TIME_IN_FORCE, '0')
        .push(tag::LAST_QTY, 40_u64)
        .push(tag::LAST_PX, px)
        .push(tag::LEAVES_QTY, 60_u64)
        .push(tag::CUM_QTY, 40_u64)
        .push(tag::AVG_PX, px)
        .push(tag::TRANSACT_TIME, time)
        .push(tag::LAST_LIQUIDITY_IND, 2_u64)
        .push(tag::SECONDARY_EXEC_ID, "TRADE-0000000777");
}

criterion_group!(benches, read, write);
criterion_main!(benches);

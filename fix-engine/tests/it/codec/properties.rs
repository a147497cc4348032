//! Properties: random pieces, random bytes, round trips.

use super::LIMIT;
use super::feed;
use super::frames_of;
use bytes::Bytes;
use bytes::BytesMut;
use fix_engine::codec::body::Body;
use fix_engine::codec::body::Decimal;
use fix_engine::codec::checksum;
use fix_engine::codec::data_fields;
use fix_engine::codec::encode::Header;
use fix_engine::codec::encode::encode;
use fix_engine::codec::frame::Framing;
use fix_engine::codec::frame::split;
use fix_engine::codec::message::Message;
use fix_engine::codec::pipe;
use fix_engine::msg_type;
use fix_engine::tag;
use fix_engine::time::Precision;
use fix_engine::time::Timestamp;
use proptest::prelude::*;

fn any_text() -> impl Strategy<Value = String> {
    "[ -~]{0,30}"
}

/// A slow and obvious splitter for streams of which every frame is right and nothing else begins like one.
fn model_frames(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut at = 0;
    while at < stream.len() {
        if stream[at..].starts_with(b"8=FIX") {
            let head = stream[at..]
                .iter()
                .enumerate()
                .filter(|(_, byte)| **byte == 1)
                .map(|(end, _)| end);
            let ends: Vec<usize> = head.take(2).collect();
            let digits =
                std::str::from_utf8(&stream[at + ends[0] + 3..at + ends[1]]).expect("digits");
            let total = ends[1] + 1 + digits.parse::<usize>().expect("a length") + 7;
            frames.push(stream[at..at + total].to_vec());
            at += total;
        } else {
            at += 1;
        }
    }
    frames
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn random_pieces_give_the_model_s_frames(
        parts in prop::collection::vec((any_text(), prop::collection::vec(0_u8..8, 0..6)), 1..6),
        cuts in prop::collection::vec(1_usize..40, 1..80),
    ) {
        let mut stream = Vec::new();
        for (text, garbage) in &parts {
            let mut body = Body::new(msg_type::NEWS);
            body.push(tag::HEADLINE, text.as_str()).data(tag::RAW_DATA_LENGTH, tag::RAW_DATA, garbage);
            let mut out = BytesMut::new();
            encode(&Header::new("FIX.4.4", "A", "B", 1, Timestamp::from_secs(0)), &body, &mut out);
            stream.extend_from_slice(&out);
            stream.extend_from_slice(garbage);
        }
        let mut pieces = Vec::new();
        let (mut rest, mut sizes) = (&stream[..], cuts.iter().cycle());
        while !rest.is_empty() {
            let (piece, other) = rest.split_at((*sizes.next().expect("endless")).min(rest.len()));
            pieces.push(piece);
            rest = other;
        }
        let (frames, left) = feed(&pieces, LIMIT);
        prop_assert_eq!(&frames, &model_frames(&stream));
        prop_assert!(left.is_empty());
        prop_assert_eq!(frames_of(&stream), frames);
    }

    #[test]
    fn random_bytes_never_panic_and_always_move_on(bytes in prop::collection::vec(any::<u8>(), 0..400), limit in 0_usize..300) {
        let mut rest = &bytes[..];
        loop {
            match split(rest, limit) {
                Framing::Incomplete => break,
                Framing::Frame(len) | Framing::Garbage { skip: len, .. } => {
                    prop_assert!(len >= 1 && len <= rest.len());
                    rest = &rest[len..];
                }
            }
        }
        let _ = Message::parse(Bytes::from(bytes));
    }

    #[test]
    fn messages_like_bytes_never_panic(fields in prop::collection::vec(("[0-9=|x-]{0,6}", "[0-9a|]{0,8}"), 0..12)) {
        let fields: String = fields.iter().map(|(tag, value)| format!("{tag}={value}|")).collect();
        let bytes = pipe::to_bytes(&format!("8=FIX.4.4|35=B|95=3|{fields}"));
        let _ = split(&bytes, LIMIT);
        if let Ok(message) = Message::parse(bytes.clone()) {
            let total: usize = message.fields().map(|(_, value)| value.len()).sum();
            prop_assert!(total <= bytes.len());
            prop_assert_eq!(message.bytes(), &bytes);
            let _ = message.to_pipe();
            for (tag, _) in message.fields() {
                prop_assert!(message.group(tag).count() <= message.fields().count());
            }
        }
    }

    #[test]
    fn what_is_encoded_is_read_back(
        texts in prop::collection::vec((1_u32..100_000, "[ -~]{1,20}"), 0..20),
        number in any::<u64>(), integer in any::<i64>(), wide in any::<i128>(), data in prop::collection::vec(any::<u8>(), 1..50),
        seq in any::<u64>(), nanos in any::<i64>(),
    ) {
        let mut body = Body::new(msg_type::NEWS);
        let texts: Vec<_> = texts.into_iter().filter(|(tag, _)| data_fields::data_tag(*tag).is_none()).collect();
        for (tag, text) in &texts {
            body.push(*tag, text.as_str());
        }
        body.push(100_001, number).push(100_002, integer).push(100_003, wide).data(95, 96, &data);
        let time = Timestamp::from_nanos(nanos);
        body.push(100_004, (time, Precision::Nanos));
        let mut out = BytesMut::new();
        encode(&Header::new("FIX.4.4", "A", "B", seq, time), &body, &mut out);
        let message = Message::parse(out.freeze()).expect("what we encode");
        prop_assert_eq!(message.msg_seq_num(), Ok(seq));
        prop_assert_eq!(message.uint(100_001), Ok(Some(number)));
        prop_assert_eq!(message.int(100_002), Ok(Some(integer)));
        prop_assert_eq!(message.text(100_003).map(str::to_owned), Some(wide.to_string()));
        prop_assert_eq!(message.timestamp(100_004), Ok(Some(time)));
        prop_assert_eq!(message.fields().nth(7 + texts.len() + 4).map(|(_, value)| value), Some(&data[..]));
        let read: Vec<(u32, &[u8])> = message.fields().skip(7).take(texts.len()).collect();
        let sent: Vec<(u32, &[u8])> = texts.iter().map(|(tag, text)| (*tag, text.as_bytes())).collect();
        prop_assert_eq!(read, sent);
    }

    #[test]
    fn decimals_are_exact(mantissa in any::<i64>(), scale in 0_u8..25) {
        let mut body = Body::new(msg_type::NEWS);
        body.push(tag::PRICE, Decimal { mantissa, scale });
        let text = std::str::from_utf8(body.bytes()).expect("ascii").trim_start_matches("44=").trim_end_matches('\x01').to_owned();
        let expected = {
            let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = usize::from(scale) + 1);
            let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
            let fraction = fraction.trim_end_matches('0');
            let sign = if mantissa < 0 { "-" } else { "" };
            if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
        };
        prop_assert_eq!(&text, &expected);
        let back = Decimal::parse(text.as_bytes()).expect("what we wrote");
        prop_assert_eq!(i128::from(back.mantissa) * 10_i128.pow(u32::from(scale - back.scale)), i128::from(mantissa));
    }

    #[test]
    fn the_sum_is_the_scalar_sum(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let slow = bytes.iter().map(|byte| u32::from(*byte)).sum::<u32>() % 256;
        prop_assert_eq!(u32::from(checksum::sum(&bytes)), slow);
    }
}

//! Frames out of a stream: pieces, garbage, wrong lengths, limits.

use super::LIMIT;
use super::feed;
use super::frames_of;
use super::message;
use fix_engine::codec::frame::Framing;
use fix_engine::codec::frame::split;
use fix_engine::codec::garbled::Garbled;
use fix_engine::codec::pipe;

#[test]
fn one_message_in_any_pieces_is_one_frame() {
    let bytes = pipe::to_bytes("8=FIX.4.4|35=0|34=2|49=A|56=B|52=20260101-12:00:00|");
    for cut in 0..bytes.len() {
        let expected = if cut < bytes.len() {
            Framing::Incomplete
        } else {
            Framing::Frame(cut)
        };
        assert_eq!(split(&bytes[..cut], LIMIT), expected, "at {cut}");
    }
    assert_eq!(split(&bytes, LIMIT), Framing::Frame(bytes.len()));
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(feed(&single, LIMIT), (vec![bytes.to_vec()], vec![]));
}

#[test]
fn many_messages_in_one_segment() {
    let one = pipe::to_bytes("8=FIX.4.4|35=0|34=2|");
    let two = pipe::to_bytes("8=FIX.4.4|35=1|34=3|112=x|");
    let stream = [&one[..], &two[..], &one[..]].concat();
    assert_eq!(
        frames_of(&stream),
        [one.to_vec(), two.to_vec(), one.to_vec()]
    );
}

#[test]
fn garbage_before_a_message_is_skipped() {
    let good = pipe::to_bytes("8=FIX.4.4|35=0|34=2|");
    for before in [
        &b"\r\n"[..],
        b"\0\0\0",
        b"GET / HTTP/1.1\r\n\r\n",
        b"35=A\x01",
        b"8=FI",
        b"8=",
        b"88=FIX\x01",
    ] {
        let stream = [before, &good[..]].concat();
        assert_eq!(frames_of(&stream), [good.to_vec()], "{before:?}");
        let single: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(feed(&single, LIMIT).0, [good.to_vec()], "{before:?}");
    }
}

#[test]
fn a_wrong_body_length_costs_what_it_covers() {
    let good = pipe::to_bytes("8=FIX.4.4|35=0|34=9|");
    let short = pipe::to_bytes("8=FIX.4.4|9=10|35=1|34=2|112=HELLO|");
    assert_eq!(
        frames_of(&[&short[..], &good[..]].concat()),
        [good.to_vec()]
    );
    let long = pipe::to_bytes("8=FIX.4.4|9=40|35=1|34=2|112=HELLO|");
    let swallowed = pipe::to_bytes("8=FIX.4.4|35=1|34=3|112=HELLO|");
    assert_eq!(
        frames_of(&[&long[..], &swallowed[..], &good[..]].concat()),
        [good.to_vec()]
    );
    assert_eq!(
        split(&short, LIMIT),
        Framing::Garbage {
            skip: short.len(),
            why: Garbled::BodyLengthMismatch
        }
    );
}

#[test]
fn a_malformed_body_length_is_garbage_at_once() {
    for (text, why) in [
        ("8=FIX.4.4|9=-5|35=0|10=000|", Garbled::BodyLength),
        ("8=FIX.4.4|9=+5|35=0|10=000|", Garbled::BodyLength),
        ("8=FIX.4.4|9=|35=0|10=000|", Garbled::BodyLength),
        ("8=FIX.4.4|9=5x|35=0|10=000|", Garbled::BodyLength),
        ("8=FIX.4.4|9=00000000005|35=0|10=000|", Garbled::BodyLength),
        ("8=FIX.4.4|35=0|9=5|10=000|", Garbled::BodyLength),
        ("8=FIX.4.4.4.4|9=5|35=0|10=000|", Garbled::BeginString),
        (
            "8=FIX.4.4|9=999999999|35=0|",
            Garbled::TooLong {
                announced: 1_000_000_028,
                limit: 4096,
            },
        ),
    ] {
        let bytes = text.replace('|', "\x01").into_bytes();
        match split(&bytes, LIMIT) {
            Framing::Garbage { why: found, .. } => assert_eq!(found, why, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
        let good = pipe::to_bytes("8=FIX.4.4|35=0|34=9|");
        assert_eq!(
            frames_of(&[&bytes[..], &good[..]].concat()),
            [good.to_vec()],
            "{text}"
        );
    }
}

#[test]
fn leading_zeros_of_body_length_are_taken() {
    let bytes = pipe::to_bytes("8=FIX.4.4|9=0005|35=0|");
    assert_eq!(split(&bytes, LIMIT), Framing::Frame(bytes.len()));
    assert_eq!(message("8=FIX.4.4|9=0005|35=0|").msg_type(), "0");
}

#[test]
fn an_endless_message_costs_no_more_than_the_limit() {
    let endless = [
        b"8=FIX.4.4\x019=4000\x0135=0\x0158=".to_vec(),
        vec![b'x'; 60_000],
    ]
    .concat();
    let (frames, rest) = feed(&endless.chunks(1000).collect::<Vec<_>>(), LIMIT);
    assert!(frames.is_empty() && rest.len() < LIMIT);
    assert_eq!(
        split(&vec![b'8'; 10_000], LIMIT),
        Framing::Garbage {
            skip: LIMIT,
            why: Garbled::NoBeginString
        }
        .kept(1)
    );
}

/// The same with some bytes kept, since they may begin a message.
trait Kept {
    fn kept(self, bytes: usize) -> Framing;
}

impl Kept for Framing {
    fn kept(self, bytes: usize) -> Framing {
        match self {
            Framing::Garbage { skip, why } => Framing::Garbage {
                skip: skip - bytes,
                why,
            },
            other => other,
        }
    }
}

#[test]
fn nothing_behind_the_limit_is_looked_at() {
    let bytes = pipe::to_bytes(&format!("8=FIX.4.4|35=0|58={}|", "x".repeat(500)));
    assert_eq!(split(&bytes, bytes.len()), Framing::Frame(bytes.len()));
    match split(&bytes, bytes.len() - 1) {
        Framing::Garbage {
            why: Garbled::TooLong { announced, .. },
            ..
        } => assert_eq!(announced, bytes.len() as u64),
        other => panic!("{other:?}"),
    }
}

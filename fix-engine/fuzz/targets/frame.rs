//! A stream of any bytes, cut in any pieces: the frames found do not depend on the pieces, nothing is read twice or left
//! out, and a peer that never ends a message costs no more than the limit.
#![no_main]

use fix_engine::codec::frame::{Framing, split};
use libfuzzer_sys::fuzz_target;

/// Longest message, in bytes: small, so that the limit is met.
const LIMIT: usize = 512;

fuzz_target!(|input: &[u8]| {
    let Some((&piece, stream)) = input.split_first() else {
        return;
    };
    let whole = read(stream, stream.len().max(1));
    let pieces = read(stream, usize::from(piece).max(1));
    assert_eq!(
        whole.frames, pieces.frames,
        "frames depend on how the stream is cut"
    );
    assert!(
        whole.left.min(pieces.left) <= LIMIT,
        "more is kept than the limit"
    );
});

struct Read {
    /// Begin and end of each frame in the stream.
    frames: Vec<(usize, usize)>,
    /// Bytes that wait for more.
    left: usize,
}

fn read(stream: &[u8], piece: usize) -> Read {
    let mut frames = Vec::new();
    let (mut at, mut end) = (0, 0);
    while end < stream.len() {
        end = (end + piece).min(stream.len());
        loop {
            match split(&stream[at..end], LIMIT) {
                Framing::Incomplete => break,
                Framing::Frame(len) => {
                    assert!(len > 0 && at + len <= end, "a frame beyond what was read");
                    frames.push((at, at + len));
                    at += len;
                }
                Framing::Garbage { skip, .. } => {
                    assert!(skip > 0 && at + skip <= end, "garbage beyond what was read");
                    at += skip;
                }
            }
        }
        assert!(end - at <= LIMIT, "an endless message is kept");
    }
    Read {
        frames,
        left: end - at,
    }
}

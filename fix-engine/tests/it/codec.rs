//! The codec from outside: frames out of a stream, messages out of frames, bytes out of bodies.

mod allocations;
mod encoding;
mod frames;
mod messages;
mod properties;

use fix_engine::codec::frame::{Framing, split};
use fix_engine::codec::garbled::Garbled;
use fix_engine::codec::message::Message;

const LIMIT: usize = 4096;

fn message(text: &str) -> Message {
    Message::from_pipe(text).expect(text)
}

fn garbled(text: &str) -> Garbled {
    Message::from_pipe(text).expect_err(text)
}

/// Frames and garbage of a whole stream, given in pieces; what is left at the end.
fn feed(pieces: &[&[u8]], limit: usize) -> (Vec<Vec<u8>>, Vec<u8>) {
    let (mut buf, mut frames) = (Vec::new(), Vec::new());
    for piece in pieces {
        buf.extend_from_slice(piece);
        loop {
            match split(&buf, limit) {
                Framing::Incomplete => break,
                Framing::Frame(len) => frames.push(buf.drain(..len).collect()),
                Framing::Garbage { skip, .. } => {
                    assert!(
                        (1..=buf.len()).contains(&skip),
                        "skip {skip} of {}",
                        buf.len()
                    );
                    buf.drain(..skip);
                }
            }
        }
        assert!(buf.len() < limit, "{} bytes kept", buf.len());
    }
    (frames, buf)
}

fn frames_of(stream: &[u8]) -> Vec<Vec<u8>> {
    feed(&[stream], LIMIT).0
}

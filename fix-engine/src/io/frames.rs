//! A stream of bytes as messages, for `tokio_util::codec`. In: what a socket read. Out: messages, and what was no
//! message. Bounded: a peer that never ends a message, or sends garbage without end, costs at most the two limits.

use std::io;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use crate::codec::frame::{Framing, split};
use crate::codec::garbled::Unreadable;
use crate::codec::index::CheckSum;
use crate::codec::message::Message;
use crate::session::input::Input;

/// What a stream consists of.
#[derive(Debug, Clone)]
pub enum Frame {
    /// A whole message.
    Message(Message),
    /// Bytes that are none, and why. They are gone.
    Garbled(Unreadable),
}

impl From<Frame> for Input {
    fn from(frame: Frame) -> Input {
        match frame {
            Frame::Message(message) => Input::Message(message),
            Frame::Garbled(why) => Input::Garbled(why),
        }
    }
}

/// Splits a stream into frames.
#[derive(Debug, Clone)]
pub struct Frames {
    message_max_bytes: usize,
    garbage_max_bytes: usize,
    /// Bytes dropped since the last whole message.
    garbage_bytes: usize,
    /// Whether the value of CheckSum (10) counts.
    check_sum: CheckSum,
}

impl Frames {
    /// Longest message taken if nothing else is said: 64 KiB.
    pub const MESSAGE_MAX_BYTES: usize = 64 * 1024;
    /// Most garbage taken between two messages if nothing else is said: 256 KiB.
    pub const GARBAGE_MAX_BYTES: usize = 256 * 1024;

    /// A splitter that takes messages up to `message_max_bytes`, and ends the stream after more than
    /// `garbage_max_bytes` without a message.
    #[must_use]
    pub fn new(message_max_bytes: usize, garbage_max_bytes: usize) -> Frames {
        Frames {
            message_max_bytes,
            garbage_max_bytes,
            garbage_bytes: 0,
            check_sum: CheckSum::Checked,
        }
    }

    /// Says whether the value of CheckSum (10) counts: a session's own affair, once it is known which one it is.
    pub fn set_check_sum(&mut self, check_sum: CheckSum) {
        self.check_sum = check_sum;
    }

    /// A whole frame as a message, or what can be read of it.
    fn message(&self, bytes: Bytes) -> Result<Message, Unreadable> {
        let message = match self.check_sum {
            CheckSum::Checked => Message::parse(bytes.clone()),
            CheckSum::Ignored => {
                Message::parse_choosing(bytes.clone(), Vec::new(), CheckSum::Ignored)
            }
        };
        message.map_err(|why| Unreadable::read(why, &bytes))
    }

    fn garbled(&mut self, bytes: usize, what: Unreadable) -> io::Result<Option<Frame>> {
        self.garbage_bytes = self.garbage_bytes.saturating_add(bytes);
        if self.garbage_bytes > self.garbage_max_bytes {
            let text = format!(
                "more than {} bytes without a FIX message: {}",
                self.garbage_max_bytes, what.why
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(Some(Frame::Garbled(what)))
    }
}

impl Default for Frames {
    fn default() -> Frames {
        Frames::new(Frames::MESSAGE_MAX_BYTES, Frames::GARBAGE_MAX_BYTES)
    }
}

impl Decoder for Frames {
    type Item = Frame;
    type Error = io::Error;

    fn decode(&mut self, src: &mut BytesMut) -> io::Result<Option<Frame>> {
        match split(src, self.message_max_bytes) {
            Framing::Incomplete => Ok(None),
            Framing::Frame(len) => match self.message(src.split_to(len).freeze()) {
                Ok(message) => {
                    self.garbage_bytes = 0;
                    Ok(Some(Frame::Message(message)))
                }
                Err(what) => self.garbled(len, what),
            },
            Framing::Garbage { skip, why } => {
                src.advance(skip);
                self.garbled(skip, why.into())
            }
        }
    }

    /// A message that the end of the stream cuts short is dropped without a word.
    fn decode_eof(&mut self, src: &mut BytesMut) -> io::Result<Option<Frame>> {
        let frame = self.decode(src)?;
        if frame.is_none() {
            src.clear();
        }
        Ok(frame)
    }
}

impl Encoder<Bytes> for Frames {
    type Error = io::Error;

    fn encode(&mut self, message: Bytes, out: &mut BytesMut) -> io::Result<()> {
        out.put(message);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::pipe;

    #[test]
    fn garbage_is_counted_from_one_message_to_the_next() {
        let message = pipe::to_bytes("8=FIX.4.4|35=0|34=1|49=A|52=20260101-12:00:00|56=B|");
        let mut frames = Frames::new(1024, 10);
        for _ in 0..3 {
            let mut read = BytesMut::from(&b"12345678"[..]);
            read.extend_from_slice(&message);
            let garbled = frames.decode(&mut read).expect("within the limit");
            assert!(matches!(garbled, Some(Frame::Garbled(_))));
            let whole = frames.decode(&mut read).expect("a message");
            assert!(matches!(whole, Some(Frame::Message(_))));
        }
        let mut read = BytesMut::from(&b"12345678"[..]);
        assert!(frames.decode(&mut read).is_ok());
        let mut read = BytesMut::from(&b"12345678"[..]);
        assert!(frames.decode(&mut read).is_err());
    }
}

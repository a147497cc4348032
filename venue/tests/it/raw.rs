//! A bare socket to a FIX port, for what no proper client would send.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// How long the venue may take to answer or to hang up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection that sends whatever a test likes.
pub(crate) struct Raw {
    socket: TcpStream,
    /// What [`Raw::message`] has read behind its message.
    unread: String,
}

impl Raw {
    pub(crate) fn connect(address: &str) -> Self {
        let socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self {
            socket,
            unread: String::new(),
        }
    }

    /// Sends bytes; that the other side hung up shows when reading.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        let _ = self.socket.write_all(bytes);
    }

    /// Everything until the venue hangs up, and how long that took.
    pub(crate) fn until_closed(mut self) -> (String, Duration) {
        let began = Instant::now();
        let mut bytes = Vec::new();
        match self.socket.read_to_end(&mut bytes) {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("the venue has not hung up: {error}"),
        }
        let text = String::from_utf8_lossy(&bytes).replace('\x01', "|");
        (text, began.elapsed())
    }

    /// The next message, with `|` for SOH.
    pub(crate) fn message(&mut self) -> String {
        let mut bytes = [0; 4096];
        loop {
            let trailer = self.unread.find("|10=");
            let end = trailer.and_then(|at| Some(at + 1 + self.unread[at + 1..].find('|')? + 1));
            if let Some(end) = end {
                return self.unread.drain(..end).collect();
            }
            let read = self.socket.read(&mut bytes).unwrap();
            assert_ne!(read, 0, "the venue hung up: {}", self.unread);
            self.unread += &String::from_utf8_lossy(&bytes[..read]).replace('\x01', "|");
        }
    }

    /// Reads until this text has come.
    pub(crate) fn until(&mut self, text: &str) -> String {
        let mut all = String::new();
        let mut bytes = [0; 4096];
        while !all.contains(text) {
            let read = self.socket.read(&mut bytes).unwrap();
            assert_ne!(read, 0, "the venue hung up before {text}: {all}");
            all += &String::from_utf8_lossy(&bytes[..read]).replace('\x01', "|");
        }
        all
    }
}

/// A message with BodyLength (9) and CheckSum (10) filled in; `body` begins with 35 and has `|` for SOH.
pub(crate) fn message(body: &str) -> Vec<u8> {
    let body = body.replace('|', "\x01");
    let mut text = format!("8=FIX.4.4\x019={}\x01{body}", body.len());
    let sum = text.bytes().fold(0_u8, u8::wrapping_add);
    text += &format!("10={sum:03}\x01");
    text.into_bytes()
}

/// The time now as FIX writes it.
pub(crate) fn now() -> String {
    let output = std::process::Command::new("date")
        .args(["-u", "+%Y%m%d-%H:%M:%S"])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

//! [`Socket`]: a blocking connection of one [`Trader`], for the runs in which the client's own wake-ups would be measured otherwise.

use crate::fault::Fault;
use crate::stopwatch::Stopwatch;
use crate::trader::Trader;
use bytes::BytesMut;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// Silence after which a run is given up.
pub(crate) const STALL: Duration = Duration::from_secs(10);
/// Bytes read at a time.
const READ_BYTES: usize = 64 << 10;

/// A connection.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    room: Vec<u8>,
    /// Read and not yet understood.
    unread: BytesMut,
}

impl Socket {
    /// Connects and logs on.
    pub(crate) fn log_on(
        address: SocketAddr,
        trader: &mut Trader,
        stopwatch: Stopwatch,
    ) -> Result<Self, Fault> {
        let open = || {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(STALL))?;
            Ok(stream)
        };
        let mut socket = Self {
            stream: open().map_err(|error| trader.lost(error))?,
            room: vec![0; READ_BYTES],
            unread: BytesMut::new(),
        };
        let mut out = BytesMut::new();
        trader.log_on(stopwatch.now(), &mut out);
        socket.write(&out).map_err(|error| trader.lost(error))?;
        while !trader.is_logged_on() {
            socket.hear(trader, stopwatch)?;
        }
        Ok(socket)
    }

    /// Says goodbye and waits for the answer.
    pub(crate) fn log_out(
        mut self,
        trader: &mut Trader,
        stopwatch: Stopwatch,
    ) -> Result<(), Fault> {
        let mut out = BytesMut::new();
        trader.log_out(stopwatch.now(), &mut out);
        self.write(&out).map_err(|error| trader.lost(error))?;
        while !trader.is_logged_out() {
            self.hear(trader, stopwatch)?;
        }
        Ok(())
    }

    /// A second handle for another thread.
    pub(crate) fn writer(&self) -> std::io::Result<TcpStream> {
        self.stream.try_clone()
    }

    /// Ends it, so that whoever reads stops.
    pub(crate) fn cut(stream: &TcpStream) {
        // It may be closed already.
        let _ = stream.shutdown(Shutdown::Both);
    }

    /// Writes all of it.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Waits for bytes.
    pub(crate) fn wait(&mut self) -> std::io::Result<()> {
        match self.stream.read(&mut self.room)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            count => {
                self.unread.extend_from_slice(&self.room[..count]);
                Ok(())
            }
        }
    }

    /// What was read.
    pub(crate) fn unread(&mut self) -> &mut BytesMut {
        &mut self.unread
    }

    /// Waits for bytes and lets the trader understand them.
    pub(crate) fn hear(&mut self, trader: &mut Trader, stopwatch: Stopwatch) -> Result<(), Fault> {
        self.wait().map_err(|error| trader.lost(error))?;
        trader.receive(&mut self.unread, stopwatch.nanos())
    }
}

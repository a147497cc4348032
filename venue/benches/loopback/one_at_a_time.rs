//! One session, one request at a time: what one order waits, when nothing else happens or beside something else.

use crate::Span;
use crate::fault::Fault;
use crate::server::Server;
use crate::socket::Socket;
use crate::stopwatch::{Percentiles, Stopwatch, nanos};
use crate::trader::Trader;
use bytes::BytesMut;
use std::ops::Range;

/// A session that asks one thing at a time.
pub(crate) struct Single {
    stopwatch: Stopwatch,
    trader: Trader,
    socket: Socket,
}

/// From the write of a request to the read of its first report.
pub(crate) fn run(server: &Server, span: Span) -> Result<Percentiles, Fault> {
    let mut single = Single::log_on(server)?;
    let from = single.stopwatch.nanos() + nanos(span.warm_up);
    let until = from + nanos(span.measured);
    let measured = single.ask(|now| now < until, &(from..until))?;
    single.log_out()?;
    Ok(measured)
}

impl Single {
    /// Logs on as a participant that has not traded yet.
    pub(crate) fn log_on(server: &Server) -> Result<Self, Fault> {
        let stopwatch = Stopwatch::start();
        let mut trader = Trader::new(server.plans(1, 1)?.remove(0));
        let socket = Socket::log_on(server.address()?, &mut trader, stopwatch)?;
        Ok(Self {
            stopwatch,
            trader,
            socket,
        })
    }

    /// Asks while it `goes_on`, told the nanoseconds since the logon, and to the end of the cycle. What is asked within `measured`
    /// counts.
    pub(crate) fn ask(
        &mut self,
        goes_on: impl Fn(u64) -> bool,
        measured: &Range<u64>,
    ) -> Result<Percentiles, Fault> {
        let trader = &mut self.trader;
        let mut out = BytesMut::new();
        loop {
            let now = self.stopwatch.now();
            if !goes_on(now.nanos) && trader.is_between_cycles() {
                break;
            }
            trader.sample(measured.contains(&now.nanos));
            trader.request(now, &mut out);
            let written = self.socket.write(&out);
            written.map_err(|error| trader.lost(error))?;
            out.clear();
            while trader.in_flight() > 0 {
                self.socket.hear(trader, self.stopwatch)?;
            }
        }
        while !trader.is_settled() {
            self.socket.hear(trader, self.stopwatch)?;
        }
        Ok(trader.take_samples().percentiles())
    }

    /// Says goodbye.
    pub(crate) fn log_out(mut self) -> Result<(), Fault> {
        self.socket.log_out(&mut self.trader, self.stopwatch)
    }
}

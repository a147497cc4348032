//! One session, one request at a time: what one order waits when nothing else happens.

use crate::Span;
use crate::fault::Fault;
use crate::server::Server;
use crate::socket::Socket;
use crate::stopwatch::{Percentiles, Stopwatch, nanos};
use crate::trader::Trader;
use bytes::BytesMut;

/// From the write of a request to the read of its first report.
pub(crate) fn run(server: &Server, span: Span) -> Result<Percentiles, Fault> {
    let stopwatch = Stopwatch::start();
    let mut plans = server.plans(1, 1)?;
    let mut trader = Trader::new(plans.remove(0));
    let mut socket = Socket::log_on(server.address()?, &mut trader, stopwatch)?;
    let from = stopwatch.nanos() + nanos(span.warm_up);
    let until = from + nanos(span.measured);
    let mut out = BytesMut::new();
    loop {
        let now = stopwatch.now();
        if now.nanos >= until && trader.is_between_cycles() {
            break;
        }
        trader.sample((from..until).contains(&now.nanos));
        trader.request(now, &mut out);
        socket.write(&out).map_err(|error| trader.lost(error))?;
        out.clear();
        while trader.in_flight() > 0 {
            socket.hear(&mut trader, stopwatch)?;
        }
    }
    while !trader.is_settled() {
        socket.hear(&mut trader, stopwatch)?;
    }
    socket.log_out(&mut trader, stopwatch)?;
    Ok(trader.samples().percentiles())
}

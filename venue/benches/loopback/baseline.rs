//! What this machine itself costs: a round trip over loopback without any FIX, and a small append that is synced. No figure of the
//! server can be below them.

use crate::fault::Fault;
use crate::stopwatch::{Percentiles, Samples, Stopwatch, nanos};
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::Duration;

/// Bytes of a request and of its answer, about those of an order and its report.
const REQUEST_BYTES: usize = 200;
const ANSWER_BYTES: usize = 300;
/// Bytes of one append.
const APPEND_BYTES: usize = 512;
/// Most of one part.
const COUNT_MAX: usize = 20_000;

/// The machine's own costs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Baseline {
    /// A request of 200 bytes to another thread and an answer of 300 bytes back.
    pub(crate) echo: Percentiles,
    /// 512 bytes appended to a file and synced (fdatasync).
    pub(crate) sync: Percentiles,
}

impl fmt::Display for Baseline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |p: &Percentiles| format!("p50 {} µs, p99 {} µs", p.p50, p.p99);
        writeln!(f, "machine: TCP echo {}", line(&self.echo))?;
        writeln!(f, "machine: append and fdatasync {}", line(&self.sync))
    }
}

/// Measures for about two seconds each, or a moment.
pub(crate) fn measure(disk: &Path, is_quick: bool) -> Result<Baseline, Fault> {
    let span = Duration::from_millis(if is_quick { 100 } else { 2_000 });
    Ok(Baseline {
        echo: echo(span).map_err(|error| Fault::Machine(format!("loopback: {error}")))?,
        sync: sync(disk, span).map_err(|error| Fault::file(disk, error))?,
    })
}

fn echo(span: Duration) -> io::Result<Percentiles> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut near = TcpStream::connect(listener.local_addr()?)?;
    let (mut far, _) = listener.accept()?;
    near.set_nodelay(true)?;
    far.set_nodelay(true)?;
    let answering = thread::spawn(move || {
        let mut request = [0; REQUEST_BYTES];
        while far.read_exact(&mut request).is_ok() && far.write_all(&[1; ANSWER_BYTES]).is_ok() {}
    });
    let mut answer = [0; ANSWER_BYTES];
    let samples = repeat(span, || {
        near.write_all(&[1; REQUEST_BYTES])?;
        near.read_exact(&mut answer)
    })?;
    drop(near);
    // It ends with the connection.
    let _ = answering.join();
    Ok(samples.percentiles())
}

fn sync(disk: &Path, span: Duration) -> io::Result<Percentiles> {
    let mut file = tempfile::tempfile_in(disk)?;
    let samples = repeat(span, || {
        file.write_all(&[1; APPEND_BYTES])?;
        file.sync_data()
    })?;
    Ok(samples.percentiles())
}

fn repeat(span: Duration, mut once: impl FnMut() -> io::Result<()>) -> io::Result<Samples> {
    let stopwatch = Stopwatch::start();
    let mut samples = Samples::default();
    for _ in 0..COUNT_MAX {
        let began = stopwatch.nanos();
        if began >= nanos(span) {
            break;
        }
        once()?;
        samples.push(stopwatch.nanos() - began);
    }
    Ok(samples)
}

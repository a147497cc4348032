//! The whole way of an order over loopback FIX: the real `loggia`, real sockets, real disk. In: a few flags. Out: a table, and the same
//! as JSON. For each durability it measures, on a fresh data folder,
//!
//! 1. one request at a time over one session: the time from the write of a request to the read of its report;
//! 2. an open loop: 5,000 requests a second over 4 sessions, sent whether or not answers come;
//! 3. throughput: 16 sessions that each keep 64 requests unanswered, and the processor time that the server takes for it.
//!
//! `--resend` measures something else: how a resend of a million reports goes, and what another session notices of it.
//!
//! Of three requests one rests an order, one enters an order that trades, one cancels what rests: half of the orders trade. Every
//! answer is checked; a lost, doubled or wrong report ends the bench with exit code 1. The client is in this process, on the same
//! processors as the server.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints its figures"
)]

mod baseline;
mod fault;
mod figures;
mod one_at_a_time;
mod open_loop;
mod resend;
mod server;
mod socket;
mod stopwatch;
mod throughput;
mod trader;
mod wire;

use clap::{Parser, ValueEnum};
use exchange::config::Durability;
use fault::Fault;
use figures::Figures;
use server::{Program, Server};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// End-to-end bench of `loggia` over loopback FIX.
#[derive(Debug, Parser)]
struct Args {
    /// Runs of a fraction of a second: shows that it works, measures nothing.
    #[arg(long)]
    quick: bool,
    /// Only this durability (may be repeated) [default: all three].
    #[arg(long, value_enum)]
    durability: Vec<When>,
    /// Only this program (may be repeated) [default: the exchange alone; and with fsync the whole venue].
    #[arg(long, value_enum)]
    program: Vec<Program>,
    /// Only a long resend beside another session's requests, with `os` if nothing else is said.
    #[arg(long)]
    resend: bool,
    /// Where the figures are written as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Where the data folders are made, for another disk [default: the target folder's].
    #[arg(long, value_name = "DIR", default_value = env!("CARGO_TARGET_TMPDIR"))]
    disk: PathBuf,
    /// Given by `cargo bench`; without it every run is quick.
    #[arg(long, hide = true)]
    bench: bool,
}

/// `journal.durability`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum When {
    Fsync,
    Os,
    None,
}

impl When {
    const ALL: [Self; 3] = [Self::None, Self::Os, Self::Fsync];

    const fn durability(self) -> Durability {
        match self {
            Self::Fsync => Durability::Fsync,
            Self::Os => Durability::Os,
            Self::None => Durability::None,
        }
    }
}

/// How long each part runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Not counted.
    pub(crate) warm_up: Duration,
    /// Counted.
    pub(crate) measured: Duration,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("loopback: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Fault> {
    let is_quick = args.quick || !args.bench;
    if args.resend {
        return resend(args, is_quick);
    }
    let baseline = baseline::measure(&args.disk, is_quick)?;
    println!("{baseline}");
    println!("{}", Figures::HEADINGS);
    let mut all = Vec::new();
    for (program, when) in plan(args) {
        let figures = measure(program, when.durability(), is_quick, &args.disk)?;
        println!("{figures}");
        all.push(figures);
    }
    let json = figures::json(&baseline, &all, is_quick);
    match &args.json {
        Some(path) => write(path, &json),
        None => {
            println!("{json}");
            Ok(())
        }
    }
}

/// A long resend, with each program and durability that is named.
fn resend(args: &Args, is_quick: bool) -> Result<(), Fault> {
    let whens = or(&args.durability, When::Os);
    for program in or(&args.program, Program::Exchange) {
        for when in &whens {
            resend::run(program, when.durability(), is_quick, &args.disk)?;
        }
    }
    Ok(())
}

/// Those that are named, else the one.
fn or<T: Copy>(named: &[T], one: T) -> Vec<T> {
    if named.is_empty() {
        vec![one]
    } else {
        named.to_vec()
    }
}

/// What is measured, in order.
fn plan(args: &Args) -> Vec<(Program, When)> {
    let whens = match args.durability.as_slice() {
        [] => When::ALL.as_slice(),
        some => some,
    };
    match args.program.as_slice() {
        [] => {
            let exchange = whens.iter().map(|when| (Program::Exchange, *when));
            let venue = whens.contains(&When::Fsync);
            exchange
                .chain(venue.then_some((Program::Venue, When::Fsync)))
                .collect()
        }
        programs => programs
            .iter()
            .flat_map(|program| whens.iter().map(|when| (*program, *when)))
            .collect(),
    }
}

/// All parts against one fresh server; throughput last, so that nothing is measured in its wake.
fn measure(
    program: Program,
    durability: Durability,
    is_quick: bool,
    disk: &Path,
) -> Result<Figures, Fault> {
    let (short, long) = if is_quick {
        (span(100, 200), span(100, 300))
    } else {
        (span(1_000, 5_000), span(2_000, 8_000))
    };
    let server = Server::start(program, durability, disk)?;
    let measured = (|| {
        Ok(Figures {
            program,
            durability,
            one_at_a_time: one_at_a_time::run(&server, short)?,
            open_loop: open_loop::run(&server, short)?,
            throughput: throughput::run(&server, long)?,
        })
    })();
    match measured {
        Ok(figures) => server.stop().map(|()| figures),
        Err(fault) => Err(server.blame(fault)),
    }
}

const fn span(warm_up_ms: u64, measured_ms: u64) -> Span {
    Span {
        warm_up: Duration::from_millis(warm_up_ms),
        measured: Duration::from_millis(measured_ms),
    }
}

fn write(path: &Path, json: &str) -> Result<(), Fault> {
    let at = |error| Fault::file(path, error);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(at)?;
    }
    std::fs::write(path, json).map_err(at)
}

//! `market replay`: a file of orders through the venue's own matching. Lines of CSV in; the rate, counts, three SHA-256 digests and,
//! when asked for, the lines themselves out. Offline: it asks no exchange.

use crate::args;
use crate::failure::Failure;
use crate::show::{Show, pairs};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use market::event::Event;
use market::flow::{Counts, FlowError, FlowFault, HEADER, Lines, Operation, Outcome};
use market::limits::SelfTrade;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Operations that are read, then carried out, then told, in one go: the clock runs only while they are carried out.
const CHUNK: usize = 4096;
/// The longest line that is read, in bytes.
const LINE_BYTES_MAX: u64 = 1024;

/// What came out.
#[derive(Debug, Serialize)]
pub struct Replayed {
    operations: u64,
    trades: u64,
    traded_qty: u64,
    /// Σ price × quantity, in ticks × lots.
    notional: u128,
    resting_orders: u64,
    /// Operations by what became of them: C, D, F, J, K, R, X.
    outcomes: BTreeMap<char, u64>,
    /// Time that matching took, in microseconds; reading, telling and hashing are not in it.
    matching_us: u128,
    operations_per_sec: u128,
    sha256: Digests,
}

#[derive(Debug, Serialize)]
struct Digests {
    trades: String,
    outcomes: String,
    book: String,
}

/// Replays a file.
///
/// # Errors
/// [`Failure::File`] for a file that cannot be used, [`Failure::Input`] naming line and column of the flow.
pub fn replay(arguments: &args::Replay) -> Result<Replayed, Failure> {
    let input = Flow::open(&arguments.operations)?;
    let mut outputs = Outputs::create(arguments)?;
    let mut run = Run::new(self_trade(arguments.stp));
    run.all(input, &mut outputs)?;
    let mut book = String::new();
    run.replay.book(&mut book);
    outputs.book.take(&mut book)?;
    let resting = outputs.book.lines;
    let sha256 = Digests {
        trades: outputs.trades.finish()?,
        outcomes: outputs.outcomes.finish()?,
        book: outputs.book.finish()?,
    };
    Ok(Replayed::new(
        run.replay.counts(),
        resting,
        run.took,
        sha256,
    ))
}

const fn self_trade(flag: args::SelfTrade) -> SelfTrade {
    match flag {
        args::SelfTrade::None => SelfTrade::Allow,
        args::SelfTrade::Cn => SelfTrade::CancelNewest,
        args::SelfTrade::Co => SelfTrade::CancelOldest,
        args::SelfTrade::Cb => SelfTrade::CancelBoth,
        args::SelfTrade::Dc => SelfTrade::DecrementAndCancel,
    }
}

impl Replayed {
    fn new(counts: &Counts, resting_orders: u64, took: Duration, sha256: Digests) -> Self {
        let letters = Outcome::ALL.into_iter().map(Outcome::code);
        Self {
            operations: counts.operations,
            trades: counts.trades,
            traded_qty: counts.traded_qty,
            notional: counts.notional,
            resting_orders,
            outcomes: letters.zip(counts.outcomes).collect(),
            matching_us: took.as_micros(),
            operations_per_sec: u128::from(counts.operations) * 1_000_000_000
                / took.as_nanos().max(1),
            sha256,
        }
    }
}

impl Show for Replayed {
    fn table(&self) -> String {
        let outcomes: Vec<String> = self
            .outcomes
            .iter()
            .filter(|(_, count)| **count > 0)
            .map(|(code, count)| format!("{code} {count}"))
            .collect();
        pairs(&[
            ("operations", self.operations.to_string()),
            ("operations/s", self.operations_per_sec.to_string()),
            ("matching", format!("{} µs", self.matching_us)),
            ("trades", self.trades.to_string()),
            ("traded qty", self.traded_qty.to_string()),
            ("notional", self.notional.to_string()),
            ("resting orders", self.resting_orders.to_string()),
            ("outcomes", outcomes.join(" ")),
            ("trades sha256", self.sha256.trades.clone()),
            ("outcomes sha256", self.sha256.outcomes.clone()),
            ("book sha256", self.sha256.book.clone()),
        ])
    }
}

/// A market with a stopwatch.
struct Run {
    replay: market::flow::Replay,
    took: Duration,
    operations: Vec<Operation>,
    events: Vec<Event>,
    /// Which events belong to which operation.
    spans: Vec<Range<usize>>,
    lines: Lines,
}

impl Run {
    fn new(self_trade: SelfTrade) -> Self {
        Self {
            replay: market::flow::Replay::new(self_trade),
            took: Duration::ZERO,
            operations: Vec::with_capacity(CHUNK),
            events: Vec::new(),
            spans: Vec::with_capacity(CHUNK),
            lines: Lines::default(),
        }
    }

    fn all(&mut self, mut input: Flow, outputs: &mut Outputs) -> Result<(), Failure> {
        loop {
            let first = input.line + 1;
            if !input.fill(&mut self.operations, CHUNK)? {
                break;
            }
            self.carry_out(first).map_err(|e| input.wrong(&e))?;
            self.tell();
            outputs.trades.take(&mut self.lines.trades)?;
            outputs.outcomes.take(&mut self.lines.outcomes)?;
        }
        input.progress.finish_and_clear();
        Ok(())
    }

    /// Everything that is timed, of operations of which the first stands in line `first`.
    fn carry_out(&mut self, first: u64) -> Result<(), FlowError> {
        let began = Instant::now();
        for (line, operation) in (first..).zip(&self.operations) {
            let from = self.events.len();
            let applied = self.replay.apply(operation, &mut self.events);
            applied.map_err(|error| FlowError { line, ..error })?;
            self.spans.push(from..self.events.len());
        }
        self.took += began.elapsed();
        Ok(())
    }

    fn tell(&mut self) {
        for (operation, span) in self.operations.drain(..).zip(self.spans.drain(..)) {
            self.replay
                .tell(&operation, &self.events[span], &mut self.lines);
        }
        self.events.clear();
    }
}

/// The file of operations.
struct Flow {
    path: PathBuf,
    file: BufReader<File>,
    line: u64,
    text: String,
    progress: ProgressBar,
}

impl Flow {
    fn open(path: &Path) -> Result<Self, Failure> {
        let file = File::open(path).map_err(|e| Failure::file(path, e))?;
        let length = file.metadata().map_err(|e| Failure::file(path, e))?.len();
        // Shown only where standard error is a terminal.
        let progress = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {eta} left");
        progress
            .set_style(style.expect("a constant template, drawn by every replay on a terminal"));
        let mut flow = Self {
            path: path.to_owned(),
            file: BufReader::new(file),
            line: 0,
            text: String::new(),
            progress,
        };
        if !flow.next()? || flow.text != HEADER {
            return Err(flow.wrong(&FlowError {
                line: 1,
                field: "header",
                fault: FlowFault::Header,
            }));
        }
        Ok(flow)
    }

    /// Reads up to `limit` operations; whether there was any.
    fn fill(&mut self, operations: &mut Vec<Operation>, limit: usize) -> Result<bool, Failure> {
        let mut bytes = 0;
        while operations.len() < limit && self.next()? {
            bytes += self.text.len() + 1;
            let operation = Operation::parse(&self.text, self.line).map_err(|e| self.wrong(&e))?;
            operations.push(operation);
        }
        self.progress.inc(u64::try_from(bytes).unwrap_or(0));
        Ok(!operations.is_empty())
    }

    /// Reads the next line, without its end, into `text`; whether there was one.
    fn next(&mut self) -> Result<bool, Failure> {
        self.text.clear();
        self.line += 1;
        let read = (&mut self.file)
            .take(LINE_BYTES_MAX)
            .read_line(&mut self.text)
            .map_err(|e| Failure::file(&self.path, e))?;
        if self.text.ends_with('\n') {
            self.text.pop();
        } else if u64::try_from(read).unwrap_or(u64::MAX) == LINE_BYTES_MAX {
            let why = format!("line {} is longer than {LINE_BYTES_MAX} bytes", self.line);
            return Err(Failure::file(&self.path, why));
        }
        Ok(read > 0)
    }

    fn wrong(&self, error: &FlowError) -> Failure {
        Failure::Input(format!("{}: {error}", self.path.display()))
    }
}

/// Where the three kinds of lines go.
struct Outputs {
    trades: Sink,
    outcomes: Sink,
    book: Sink,
}

impl Outputs {
    fn create(arguments: &args::Replay) -> Result<Self, Failure> {
        let input = &arguments.operations;
        Ok(Self {
            trades: Sink::create(arguments.trades.as_deref(), input)?,
            outcomes: Sink::create(arguments.outcomes.as_deref(), input)?,
            book: Sink::create(arguments.book.as_deref(), input)?,
        })
    }
}

/// Hashes lines, counts them, and writes them when a file was named.
struct Sink {
    hash: Sha256,
    lines: u64,
    file: Option<(PathBuf, BufWriter<File>)>,
}

impl Sink {
    fn create(path: Option<&Path>, input: &Path) -> Result<Self, Failure> {
        let file = match path {
            None => None,
            Some(path) if is_same(path, input) => {
                return Err(Failure::file(path, "is the input: it would be overwritten"));
            }
            Some(path) => {
                let file = File::create(path).map_err(|e| Failure::file(path, e))?;
                Some((path.to_owned(), BufWriter::new(file)))
            }
        };
        Ok(Self {
            hash: Sha256::new(),
            lines: 0,
            file,
        })
    }

    /// Takes the lines away.
    fn take(&mut self, lines: &mut String) -> Result<(), Failure> {
        self.hash.update(lines.as_bytes());
        let ends = lines.bytes().filter(|b| *b == b'\n').count();
        self.lines += u64::try_from(ends).unwrap_or(0);
        if let Some((path, file)) = &mut self.file {
            file.write_all(lines.as_bytes())
                .map_err(|e| Failure::file(path.as_path(), e))?;
        }
        lines.clear();
        Ok(())
    }

    /// The digest in hex; the file is complete.
    fn finish(self) -> Result<String, Failure> {
        if let Some((path, mut file)) = self.file {
            file.flush().map_err(|e| Failure::file(path, e))?;
        }
        let digest = self.hash.finalize();
        Ok(digest.iter().map(|b| format!("{b:02x}")).collect())
    }
}

fn is_same(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

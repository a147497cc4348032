//! What the targets share: commands as bytes, and how such bytes are changed. A command comes with a byte that says how much later it
//! comes; what is no command is passed over, so that one bad byte does not hide all that follows.

use libfuzzer_sys::fuzzer_mutate;
use market::command::Command;
use market::event::Event;
use market::image::{Image, Unsound};
use market::limits::{Limits, SelfTrade};
use market::market::Market;
use market::time::Timestamp;
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::RefCell;

mod arbitrary;

/// Commands of one input at most.
const MOST: usize = 160;

/// A market at work.
pub struct Trading {
    /// The market.
    pub market: Market,
    seq: u64,
    nanos: i64,
    events: Vec<Event>,
}

impl Trading {
    /// A market that can be traded in, small enough for its bounds to be met.
    pub fn begin(self_trade: u8) -> Self {
        let market = Market::new(limits(self_trade));
        Self::go_on(market).after(
            arbitrary::opening::opening()
                .into_iter()
                .map(|command| (0, command)),
        )
    }

    /// A market that is there already.
    pub fn go_on(market: Market) -> Self {
        Self {
            seq: market.last_seq(),
            nanos: market.last_at().nanos(),
            market,
            events: Vec::new(),
        }
    }

    fn after(mut self, commands: impl Iterator<Item = (u8, Command)>) -> Self {
        for (later, command) in commands {
            self.apply(later, &command);
        }
        self
    }

    /// What comes of one command.
    pub fn apply(&mut self, later: u8, command: &Command) -> &[Event] {
        self.seq = self.seq.saturating_add(1);
        self.nanos = self.nanos.saturating_add(step(later));
        self.events.clear();
        let at = Timestamp::from_nanos(self.nanos);
        self.market.apply(self.seq, at, command, &mut self.events);
        &self.events
    }
}

/// A market as bytes.
pub fn image(market: &Market) -> Vec<u8> {
    postcard::to_allocvec(market).expect("a market can be written")
}

/// The market in these bytes; `None` when they are no image at all.
pub fn restore(bytes: &[u8], self_trade: u8) -> Option<Result<Market, Unsound>> {
    let image: Image = postcard::from_bytes(bytes).ok()?;
    Some(image.restore(&limits(self_trade)))
}

/// The market as it comes out of its image, which is the same again.
pub fn reread(market: &Market, self_trade: u8) -> Market {
    let bytes = image(market);
    let again = restore(&bytes, self_trade).expect("an image can be read");
    let again = again.expect("it is sound");
    assert!(image(&again) == bytes, "another image");
    again
}

/// Limits that a few commands reach.
fn limits(self_trade: u8) -> Limits {
    let modes = [
        SelfTrade::Allow,
        SelfTrade::CancelNewest,
        SelfTrade::CancelOldest,
        SelfTrade::CancelBoth,
        SelfTrade::DecrementAndCancel,
    ];
    Limits {
        max_live_orders: 20,
        max_cl_ord_ids: 60,
        max_final_orders: 3,
        max_triggers: 3,
        max_repriced: 5,
        self_trade: modes[usize::from(self_trade) % modes.len()],
        ..Limits::default()
    }
}

/// At once, a nanosecond later, some seconds, or quarters of an hour.
fn step(later: u8) -> i64 {
    match later {
        0 => 0,
        1..128 => 1,
        128..192 => i64::from(later - 127) * 1_000_000_000,
        192.. => i64::from(later - 191) * 900_000_000_000,
    }
}

/// The commands in these bytes, each with how much later it comes.
pub fn read(mut bytes: &[u8]) -> Vec<(u8, Command)> {
    let mut commands = Vec::new();
    while let Some((later, rest)) = bytes.split_first() {
        bytes = rest;
        if commands.len() == MOST {
            break;
        }
        if let Ok((command, rest)) = postcard::take_from_bytes(bytes) {
            commands.push((*later, command));
            bytes = rest;
        }
    }
    commands
}

fn write(commands: &[(u8, Command)], out: &mut Vec<u8>) {
    for (later, command) in commands {
        out.push(*later);
        out.extend(postcard::to_allocvec(command).expect("a command can be written"));
    }
}

/// Changes an input whose first `head` bytes are the target's own, and commands the rest: most often by a command more, less or elsewhere.
/// `data` is the input and room behind it; the new size.
pub fn change(data: &mut [u8], size: usize, max_size: usize, seed: u32, head: usize) -> usize {
    let what = seed % 8;
    if size < head || what == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    if what == 1 && head > 0 {
        fuzzer_mutate(&mut data[..head], head, head);
        return size;
    }
    let mut commands = read(&data[head..size]);
    let at = |len: usize| (seed / 8) as usize % len.max(1);
    match what {
        2 if !commands.is_empty() => {
            let _less = commands.remove(at(commands.len()));
        }
        3 if !commands.is_empty() => {
            let from = at(commands.len());
            let (later, command) = commands[from];
            let to = (seed / 1024) as usize % (commands.len() + 1);
            commands.insert(to, (later, command));
        }
        4 if !commands.is_empty() => {
            let from = at(commands.len());
            commands[from].0 = seed.to_le_bytes()[3];
        }
        _ => {
            let [.., later] = seed.to_le_bytes();
            commands.insert(at(commands.len() + 1), (later, drawn(seed)));
        }
    }
    let mut changed = data[..head].to_vec();
    write(&commands, &mut changed);
    changed.truncate(max_size.min(data.len()));
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
}

thread_local! {
    static COMMANDS: RefCell<BoxedStrategy<Command>> = RefCell::new(arbitrary::command::command().boxed());
}

/// A command of any kind and content.
fn drawn(seed: u32) -> Command {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    COMMANDS.with_borrow(|commands| {
        let tree = commands.new_tree(&mut runner);
        tree.expect("nothing is filtered out").current()
    })
}

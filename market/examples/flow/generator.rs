//! The order-flow generator: from a seed to operations as CSV lines. It keeps a market of its own, since which order a cancel
//! picks depends on what still rests. One source of numbers, drawn in a fixed order: the same arguments give the same bytes.

use market::flow::{
    Alone, Became, FlowError, HEADER, Kind, Lines, Operation, Print, Replay, Rests, Tif,
};
use market::limits::SelfTrade;
use market::money::Money;
use market::order::Side;
use market::rules::Rules;
use std::fmt::Write as _;

/// What a flow is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mix {
    /// Operations.
    pub(crate) ops: u64,
    /// Operations at the start that only add orders.
    pub(crate) preload: u64,
    /// Symbols.
    pub(crate) symbols: u32,
    /// Seed of the numbers.
    pub(crate) seed: u64,
    /// Whether post-only, iceberg, FOK and market orders take part.
    pub(crate) full: bool,
}

impl Mix {
    /// A flow that is known by name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let big = Self {
            ops: 1_000_000,
            preload: 20_000,
            symbols: 1,
            seed: 42,
            full: false,
        };
        let small = Self {
            ops: 10_000,
            preload: 500,
            ..big
        };
        Some(match name {
            "w1" => big,
            "w100" => Self {
                symbols: 100,
                ..big
            },
            "f1" => Self { full: true, ..big },
            "t1" => small,
            "t5" => Self {
                symbols: 5,
                full: true,
                seed: 7,
                ..small
            },
            _ => return None,
        })
    }
}

/// A flow in the making.
pub(crate) struct Generator {
    mix: Mix,
    random: SplitMix64,
    mid: Vec<u64>,
    live: Vec<Live>,
    next_oid: u64,
    seq: u64,
    replay: Replay,
}

/// An order that rested when it was last looked at.
#[derive(Clone, Copy)]
struct Live {
    oid: u64,
    sym: u32,
    acct: u32,
    side: Side,
    price: u64,
    qty: u64,
}

impl Generator {
    /// At the first operation.
    pub(crate) fn new(mix: Mix) -> Self {
        Self {
            mix,
            random: SplitMix64(mix.seed),
            mid: vec![10_000; mix.symbols as usize],
            live: Vec::new(),
            next_oid: 1,
            seq: 0,
            replay: Replay::new(SelfTrade::Allow),
        }
    }

    fn rests(&self, oid: u64) -> bool {
        let order = self.replay.order(oid);
        order.is_some_and(|order| order.leaves_qty.raw() > 0)
    }

    fn oid(&mut self) -> u64 {
        self.next_oid += 1;
        self.next_oid - 1
    }

    /// The index of an order to cancel or replace.
    fn pick(&mut self) -> Option<usize> {
        while !self.live.is_empty() {
            let at = self.random.index(self.live.len());
            if self.rests(self.live[at].oid) || self.random.below(50) == 0 {
                return Some(at);
            }
            self.live.swap_remove(at);
        }
        None
    }

    fn draw(&mut self) -> Result<Operation, FlowError> {
        let roll = if self.seq < self.mix.preload {
            0
        } else {
            self.random.below(100)
        };
        match roll {
            0..50 => self.enter(false),
            90..98 => self.enter(true),
            _ => match self.pick() {
                None => self.enter(false),
                Some(at) if roll < 90 => self.cancel(at),
                Some(at) => self.replace(at),
            },
        }
    }

    fn cancel(&mut self, at: usize) -> Result<Operation, FlowError> {
        let live = self.live.swap_remove(at);
        let operation = Operation {
            price: 0,
            qty: 0,
            ..self.about(live, Kind::Cancel { orig: live.oid })
        };
        self.carry_out(operation)
    }

    fn replace(&mut self, at: usize) -> Result<Operation, FlowError> {
        let mut live = self.live[at];
        match self.random.below(4) {
            0 | 1 => live.qty = 1 + self.random.below(live.qty),
            2 => live.qty += 1 + self.random.below(50),
            _ => {
                let distance = 1 + self.random.below(10);
                live.price = if self.random.below(2) == 1 {
                    live.price.saturating_sub(distance).max(1)
                } else {
                    live.price + distance
                };
            }
        }
        let orig = live.oid;
        live.oid = self.oid();
        let kind = Kind::Replace {
            oid: live.oid,
            orig,
        };
        let operation = self.carry_out(self.about(live, kind))?;
        if self.rests(live.oid) {
            self.live[at] = live;
        } else {
            self.live.swap_remove(at);
        }
        Ok(operation)
    }

    fn about(&self, live: Live, kind: Kind) -> Operation {
        Operation {
            seq: self.seq,
            kind,
            sym: live.sym,
            acct: live.acct,
            side: live.side,
            price: live.price,
            qty: live.qty,
            disp: 0,
        }
    }

    fn enter(&mut self, aggressive: bool) -> Result<Operation, FlowError> {
        let sym = self.symbol();
        let mid = self.moved_mid(sym);
        let acct = u32::try_from(1 + self.random.below(50)).expect("at most 50");
        let side = if self.random.below(2) == 1 {
            Side::Buy
        } else {
            Side::Sell
        };
        let oid = self.oid();
        let about = Operation {
            seq: self.seq,
            kind: Kind::New { oid, tif: Tif::Day },
            sym,
            acct,
            side,
            price: mid,
            qty: 0,
            disp: 0,
        };
        let operation = if aggressive {
            self.aggress(about, oid)
        } else {
            self.add(about, oid)
        };
        let operation = self.carry_out(operation)?;
        if self.rests(oid) {
            self.live.push(Live {
                oid,
                sym,
                acct,
                side,
                price: operation.price,
                qty: operation.qty,
            });
        }
        Ok(operation)
    }

    fn add(&mut self, about: Operation, oid: u64) -> Operation {
        let r = self.random.r16();
        let off = 1 + ((400 * r * r * r) >> 48);
        let price = match about.side {
            Side::Buy => about.price - off,
            Side::Sell => about.price + off,
        };
        let (mut tif, mut qty, mut disp) = (Tif::Day, 1 + self.random.below(100), 0);
        if self.mix.full {
            match self.random.below(100) {
                0..10 => tif = Tif::PostOnly,
                10..20 => {
                    qty = 100 + self.random.below(400);
                    disp = 1 + self.random.below(50);
                }
                _ => {}
            }
        }
        Operation {
            kind: Kind::New { oid, tif },
            price,
            qty,
            disp,
            ..about
        }
    }

    fn aggress(&mut self, about: Operation, oid: u64) -> Operation {
        let off = self.random.below(21);
        let mut price = match about.side {
            Side::Buy => about.price + off,
            Side::Sell => about.price - off,
        };
        let qty = 1 + self.random.below(100);
        let mut tif = if self.random.below(2) == 1 {
            Tif::Ioc
        } else {
            Tif::Day
        };
        if self.mix.full {
            match self.random.below(100) {
                0..20 => tif = Tif::Fok,
                20..40 => (tif, price) = (Tif::Market, 0),
                40..50 => tif = Tif::PostOnly,
                _ => {}
            }
        }
        Operation {
            kind: Kind::New { oid, tif },
            price,
            qty,
            ..about
        }
    }

    fn symbol(&mut self) -> u32 {
        if self.mix.symbols == 1 {
            return 0;
        }
        let r = self.random.r16();
        u32::try_from((u64::from(self.mix.symbols) * r * r) >> 32).expect("below symbols")
    }

    fn moved_mid(&mut self, sym: u32) -> u64 {
        let mid = self.mid[sym as usize];
        if self.random.below(512) == 0 {
            let moved = if self.random.below(2) == 1 {
                mid + 1
            } else {
                mid - 1
            };
            if (9_800..=10_200).contains(&moved) {
                self.mid[sym as usize] = moved;
            }
        }
        self.mid[sym as usize]
    }

    fn carry_out(&mut self, operation: Operation) -> Result<Operation, FlowError> {
        self.replay.apply(&operation, &mut Vec::new())?;
        Ok(operation)
    }
}

impl Iterator for Generator {
    type Item = Result<Operation, FlowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.seq == self.mix.ops {
            return None;
        }
        let operation = self.draw();
        self.seq += 1;
        Some(operation)
    }
}

/// The whole flow as CSV.
pub(crate) fn csv(mix: Mix) -> Result<String, FlowError> {
    let mut text = format!("{HEADER}\n");
    for operation in Generator::new(mix) {
        write_line(&mut text, &operation?);
    }
    Ok(text)
}

/// What the market makes of a flow.
pub(crate) fn results(
    csv: &str,
    self_trade: SelfTrade,
) -> Result<(Lines, String, Replay), FlowError> {
    let mut replay = Replay::new(self_trade);
    let mut lines = Lines::default();
    for line in csv.lines() {
        replay.line(line, &mut lines)?;
    }
    let mut book = String::new();
    replay.book(&mut book);
    Ok((lines, book, replay))
}

/// Rules that no generated flow breaks, every one that checks an order on its way: what is measured as «with bands and limits on».
pub(crate) const RULES: Rules = Rules {
    collar_bps: Some(1_000),
    static_band_bps: Some(1_000),
    dynamic_band_bps: Some(1_000),
    max_notional: Some(Money::from_raw(1_000_000_000_000_000_000)),
    fat_finger_bps: Some(1_000),
    ..Rules::NONE
};

/// What books alone make of a flow: the lines of [`results`].
pub(crate) fn alone(csv: &str) -> Result<(Lines, String), FlowError> {
    let mut alone = Alone::new();
    let mut lines = Lines::default();
    let (mut trades, mut symbols) = (0, 0);
    for (line, text) in (1..).zip(csv.lines()).skip(1) {
        let operation = Operation::parse(text, line)?;
        let sym = operation.sym;
        symbols = symbols.max(sym + 1);
        let became = alone.apply(&operation, &mut |print: Print| {
            trades += 1;
            let Print {
                maker,
                taker,
                side,
                price,
                qty,
            } = print;
            let side = side_letter(side);
            writeln!(
                lines.trades,
                "{trades},{sym},{maker},{taker},{side},{price},{qty}"
            )
            .expect("writing to a String cannot fail");
        })?;
        let Became {
            outcome,
            cum,
            leaves,
        } = became;
        writeln!(
            lines.outcomes,
            "{},{},{cum},{leaves}",
            operation.seq,
            outcome.code()
        )
        .expect("writing to a String cannot fail");
    }
    Ok((lines, resting(&alone, symbols)))
}

fn resting(alone: &Alone, symbols: u32) -> String {
    let mut text = String::new();
    for sym in 0..symbols {
        for side in [Side::Buy, Side::Sell] {
            for order in alone.resting(sym, side) {
                let Rests {
                    oid,
                    price,
                    leaves,
                    shown,
                } = order;
                let side = side_letter(side);
                writeln!(text, "{sym},{side},{price},{oid},{leaves},{shown}")
                    .expect("writing to a String cannot fail");
            }
        }
    }
    text
}

const fn side_letter(side: Side) -> char {
    match side {
        Side::Buy => 'B',
        Side::Sell => 'S',
    }
}

fn write_line(text: &mut String, operation: &Operation) {
    let (op, oid, orig, tif) = match operation.kind {
        Kind::New { oid, tif } => ('N', oid, 0, letter(tif)),
        Kind::Cancel { orig } => ('C', 0, orig, ""),
        Kind::Replace { oid, orig } => ('R', oid, orig, ""),
    };
    let side = side_letter(operation.side);
    let Operation {
        seq,
        sym,
        acct,
        price,
        qty,
        disp,
        ..
    } = operation;
    writeln!(
        text,
        "{seq},{op},{sym},{oid},{orig},{acct},{side},{tif},{price},{qty},{disp}"
    )
    .expect("writing to a String cannot fail");
}

const fn letter(tif: Tif) -> &'static str {
    match tif {
        Tif::Day => "D",
        Tif::Ioc => "I",
        Tif::Fok => "F",
        Tif::Market => "M",
        Tif::PostOnly => "P",
    }
}

struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = self.0;
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        ((self.next() >> 32) * n) >> 32
    }

    fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).expect("below a length")
    }

    fn r16(&mut self) -> u64 {
        self.next() >> 48
    }
}

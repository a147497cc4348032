//! What the tests of the core share: a hub on a folder of its own, a clock that steps, disks that obey the test, and a small market.

use exchange::clock::Clock;
use exchange::config::{Durability, JournalConfig};
use exchange::hub::{self, Hub, HubError, Running};
use exchange::sequencer::{Submission, SubmitError};
use journal::disk::{Disk, Files, Tape};
use journal::entry::{Entry, Instruction, Origin, TraceId};
use market::account::AccountTerms;
use market::command::Command;
use market::id::{AccountId, AssetId, ClOrdId, InstrumentId, ParticipantId};
use market::instrument::Instrument;
use market::order::{OrdType, OrderTerms, Side, TimeInForce};
use market::scope::Instruments;
use market::time::Timestamp;
use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long a test waits for a condition before it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A clock that is a microsecond later each time.
pub(crate) struct StepClock(i64);

impl StepClock {
    pub(crate) fn new() -> Box<Self> {
        Box::new(Self(1_767_225_600_000_000_000))
    }
}

impl Clock for StepClock {
    fn now(&mut self) -> Timestamp {
        self.0 += 1_000;
        Timestamp::from_nanos(self.0)
    }
}

/// Small bounds, so that tests reach them.
pub(crate) fn config() -> JournalConfig {
    JournalConfig {
        durability: Durability::Os,
        window: 8,
        ..JournalConfig::default()
    }
}

pub(crate) fn open(data: &Path) -> (Hub, Running) {
    try_open(data).expect("the hub opens")
}

pub(crate) fn try_open(data: &Path) -> Result<(Hub, Running), HubError> {
    open_on(data, &config(), Box::new(Files))
}

pub(crate) fn open_on(
    data: &Path,
    config: &JournalConfig,
    disk: Box<dyn Disk>,
) -> Result<(Hub, Running), HubError> {
    hub::open(config, data, disk, StepClock::new())
}

/// Submits with a trace id that follows from `n`, and does not wait.
pub(crate) fn submit(
    hub: &Hub,
    origin: Origin,
    n: u128,
    instruction: Instruction,
) -> Result<oneshot::Receiver<Arc<Entry>>, SubmitError> {
    let (reply, entry) = oneshot::channel();
    hub.submitter.try_submit(Submission {
        origin,
        trace: TraceId(n),
        instruction,
        reply: Some(reply),
    })?;
    Ok(entry)
}

/// Submits a command and waits until it is durable.
pub(crate) async fn run(hub: &Hub, command: Command) -> Arc<Entry> {
    let n = u128::from(hub.feed.last_seq()) + 1;
    let entry = submit(hub, Origin::System, n, Instruction::Market(command)).unwrap();
    tokio::time::timeout(PATIENCE, entry)
        .await
        .unwrap()
        .unwrap()
}

/// Lists stocks in dollars, the currency first: a cent a step, at 100.
pub(crate) async fn list(hub: &Hub, symbols: &[&str]) {
    let code = "USD".parse().unwrap();
    run(hub, Command::ListAsset { code }).await;
    for symbol in symbols {
        let instrument = Instrument {
            id: InstrumentId(0),
            symbol: symbol.parse().unwrap(),
            currency: code,
            tick: "0.01".parse().unwrap(),
            lot: "1".parse().unwrap(),
            min_qty: "1".parse().unwrap(),
            max_qty: "100000".parse().unwrap(),
            reference_px: "100".parse().unwrap(),
        };
        run(hub, Command::ListInstrument(instrument)).await;
    }
}

/// Everything that is published, from the beginning.
pub(crate) async fn published(hub: &Hub) -> Vec<Arc<Entry>> {
    read_until(hub, 0, hub.feed.last_seq()).await
}

/// What a reader that starts after `start` has had once it is at `end`.
pub(crate) async fn read_until(hub: &Hub, start: u64, end: u64) -> Vec<Arc<Entry>> {
    let mut reader = hub.feed.subscribe(start);
    let mut entries = Vec::new();
    while reader.position() < end {
        let next = tokio::time::timeout(PATIENCE, reader.next()).await;
        entries.extend(next.unwrap().unwrap());
    }
    entries
}

pub(crate) const BUYER: ParticipantId = ParticipantId(0);
pub(crate) const SELLER: ParticipantId = ParticipantId(1);
pub(crate) const ACME: InstrumentId = InstrumentId(0);

/// The commands that make a market: ACME in USD, a buyer with cash, a seller with stock.
pub(crate) fn opening() -> Vec<Command> {
    let text = |text: &str| text.parse().unwrap();
    vec![
        Command::ListAsset {
            code: "USD".parse().unwrap(),
        },
        Command::ListInstrument(Instrument {
            id: ACME,
            symbol: text("ACME"),
            currency: "USD".parse().unwrap(),
            tick: "0.01".parse().unwrap(),
            lot: "1".parse().unwrap(),
            min_qty: "1".parse().unwrap(),
            max_qty: "100000".parse().unwrap(),
            reference_px: "100".parse().unwrap(),
        }),
        Command::AdmitParticipant {
            comp_id: text("BUYER"),
        },
        Command::AdmitParticipant {
            comp_id: text("SELLER"),
        },
        Command::OpenAccount {
            name: text("CASH"),
            terms: AccountTerms::Cash,
        },
        Command::OpenAccount {
            name: text("STOCK"),
            terms: AccountTerms::Cash,
        },
        Command::GrantAccount {
            participant: BUYER,
            account: AccountId(0),
        },
        Command::GrantAccount {
            participant: SELLER,
            account: AccountId(1),
        },
        Command::TransferFunds {
            transfer_id: "cash-1".parse().unwrap(),
            account: AccountId(0),
            asset: AssetId(0),
            amount: "1000000".parse().unwrap(),
        },
        Command::TransferSecurities {
            transfer_id: "stock-1".parse().unwrap(),
            account: AccountId(1),
            instrument: ACME,
            qty: "100000".parse().unwrap(),
            cost_px: "90".parse().unwrap(),
        },
        Command::Open { instrument: ACME },
    ]
}

/// Makes the market, entry by entry.
pub(crate) async fn open_market(hub: &Hub) {
    for command in opening() {
        run(hub, command).await;
    }
}

/// A limit order of the buyer or the seller.
pub(crate) fn enter(side: Side, n: u64, price: &str, qty: &str) -> Command {
    let (participant, account) = match side {
        Side::Buy => (BUYER, AccountId(0)),
        Side::Sell => (SELLER, AccountId(1)),
    };
    Command::Enter {
        participant,
        cl_ord_id: cl_ord_id(n),
        terms: OrderTerms {
            account,
            instrument: ACME,
            side,
            ord_type: OrdType::Limit(price.parse().unwrap()),
            time_in_force: TimeInForce::Day,
            order_qty: qty.parse().unwrap(),
            post_only: false,
            max_floor: None,
            all_or_none: false,
            min_qty: None,
            short_sale: false,
            reprice_to_band: false,
        },
    }
}

/// Lets an instrument trade on at once after a halt.
pub(crate) fn resume(instrument: InstrumentId) -> Command {
    Command::Resume {
        instruments: Instruments::One(instrument),
        at: None,
        at_once: true,
    }
}

pub(crate) fn cl_ord_id(n: u64) -> ClOrdId {
    format!("order-{n}").parse().unwrap()
}

/// What the test lets a disk do.
#[derive(Clone, Default)]
pub(crate) struct Orders(Arc<(Mutex<DiskState>, Condvar)>);

#[derive(Default)]
struct DiskState {
    /// Syncs do not return while set.
    held: bool,
    /// Bytes that may still be appended; none: any number.
    room: Option<usize>,
    /// What is said when there is no room.
    refusal: Option<io::ErrorKind>,
    /// Syncs fail from now on.
    sync_fails: bool,
    /// Appends so far.
    appends: usize,
    /// Syncs begun so far.
    syncs_begun: usize,
    /// Syncs done so far.
    syncs_done: usize,
}

impl Orders {
    fn change(&self, change: impl FnOnce(&mut DiskState)) {
        change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
    }

    pub(crate) fn hold_syncs(&self) {
        self.change(|state| state.held = true);
    }

    pub(crate) fn release_syncs(&self) {
        self.change(|state| state.held = false);
    }

    pub(crate) fn leave_room(&self, bytes: usize) {
        self.change(|state| state.room = Some(bytes));
    }

    /// What is said when there is no room, instead of that.
    pub(crate) fn refuse_with(&self, kind: io::ErrorKind) {
        self.change(|state| state.refusal = Some(kind));
    }

    fn refusal(&self) -> io::Error {
        let kind = self.0.0.lock().unwrap().refusal;
        kind.unwrap_or(io::ErrorKind::StorageFull).into()
    }

    pub(crate) fn fail_syncs(&self) {
        self.change(|state| state.sync_fails = true);
    }

    pub(crate) fn syncs_done(&self) -> usize {
        self.0.0.lock().unwrap().syncs_done
    }

    pub(crate) fn syncs_begun(&self) -> usize {
        self.0.0.lock().unwrap().syncs_begun
    }

    /// Waits until more than `before` syncs have begun.
    pub(crate) fn await_sync_after(&self, before: usize) {
        let state = self.0.0.lock().unwrap();
        let waited = self
            .0
            .1
            .wait_timeout_while(state, PATIENCE, |state| state.syncs_begun <= before);
        assert!(!waited.unwrap().1.timed_out(), "no sync began");
    }
}

/// A real file that obeys the test.
pub(crate) struct ObedientDisk(pub(crate) Orders);

struct ObedientTape {
    orders: Orders,
    tape: Box<dyn Tape>,
}

impl Disk for ObedientDisk {
    fn create(&mut self, path: &Path, first: &[u8]) -> io::Result<Box<dyn Tape>> {
        if self.0.0.0.lock().unwrap().room == Some(0) {
            return Err(self.0.refusal());
        }
        let tape = Files.create(path, first)?;
        Ok(Box::new(ObedientTape {
            orders: self.0.clone(),
            tape,
        }))
    }

    fn reopen(&mut self, path: &Path, len: u64) -> io::Result<Box<dyn Tape>> {
        if self.0.0.0.lock().unwrap().refusal.is_some() {
            return Err(self.0.refusal());
        }
        let tape = Files.reopen(path, len)?;
        Ok(Box::new(ObedientTape {
            orders: self.0.clone(),
            tape,
        }))
    }
}

impl Tape for ObedientTape {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let room = {
            let mut state = self.orders.0.0.lock().unwrap();
            state.appends += 1;
            let room = state.room.unwrap_or(usize::MAX).min(bytes.len());
            state.room = state.room.map(|left| left - room);
            room
        };
        self.tape.append(&bytes[..room])?;
        if room < bytes.len() {
            return Err(self.orders.refusal());
        }
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.orders.change(|state| state.syncs_begun += 1);
        let state = self.orders.0.0.lock().unwrap();
        let mut state = self
            .orders
            .0
            .1
            .wait_while(state, |state| state.held)
            .unwrap();
        if state.sync_fails {
            return Err(io::Error::other("the disk is gone"));
        }
        state.syncs_done += 1;
        drop(state);
        self.tape.sync()
    }
}

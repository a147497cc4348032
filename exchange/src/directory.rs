//! [`Directory`]: reference data by number and by name: assets, instruments with their phase, accounts, participants, and when the
//! trading day began. Entries go in, in order, once
//! they are durable and before readers see them; at start the replay fills it. It only grows: a number that was ever told stays
//! valid. It deliberately knows no order and no balance.

pub mod place;
pub mod record;

use crate::directory::place::Place;
use crate::directory::record::ParticipantRecord;
use journal::entry::{Entry, Instruction, Origin};
use journal::participant::ParticipantChange;
use market::command::Command;
use market::event::Event;
use market::id::{
    AccountId, AccountName, AssetCode, AssetId, CompId, InstrumentId, ParticipantId, TransferId,
};
use market::instrument::{Instrument, Phase};
use market::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::Notify;

/// Begins the id of each transfer that opens an account of the configuration: remembered here, so that a start does not ask again.
pub const OPENING: &str = "open:";

/// No trading day has begun: the journal is empty.
const NEVER: i64 = i64::MIN;

/// Shared reference data; behind an `Arc`, read by everybody, written by the journal thread alone.
#[derive(Debug)]
pub struct Directory {
    tables: RwLock<Tables>,
    /// Apart from the tables, since every order of a session moves it.
    inbound: RwLock<BTreeMap<ParticipantId, Inbound>>,
    /// When the trading day began, in nanoseconds since the Unix epoch, or [`NEVER`].
    day_began: AtomicI64,
    phase_changed: Notify,
}

impl Default for Directory {
    fn default() -> Self {
        Self {
            tables: RwLock::default(),
            inbound: RwLock::default(),
            day_began: AtomicI64::new(NEVER),
            phase_changed: Notify::new(),
        }
    }
}

/// As it stands in a snapshot: all three parts.
impl Serialize for Directory {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let inbound = self.inbound.read().unwrap_or_else(PoisonError::into_inner);
        let day_began = self.day_began.load(Ordering::Acquire);
        (&*self.tables(), &*inbound, day_began).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Directory {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (tables, inbound, day_began) = Deserialize::deserialize(deserializer)?;
        Ok(Self {
            tables: RwLock::new(tables),
            inbound: RwLock::new(inbound),
            day_began: AtomicI64::new(day_began),
            phase_changed: Notify::new(),
        })
    }
}

/// The last inbound message of a session that became an entry.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Inbound {
    incarnation: u32,
    msg_seq_num: u64,
}

impl Inbound {
    /// The later of what is known and this.
    fn note(&mut self, incarnation: u32, msg_seq_num: u64) {
        if (self.incarnation, self.msg_seq_num) < (incarnation, msg_seq_num) {
            *self = Self {
                incarnation,
                msg_seq_num,
            };
        }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Tables {
    assets: Vec<AssetCode>,
    assets_by_code: BTreeMap<AssetCode, AssetId>,
    instruments: Vec<Instrument>,
    /// By instrument.
    places: Vec<Place>,
    instruments_by_symbol: BTreeMap<String, InstrumentId>,
    accounts: Vec<AccountName>,
    accounts_by_name: BTreeMap<AccountName, AccountId>,
    participants: Vec<Arc<ParticipantRecord>>,
    participants_by_comp_id: BTreeMap<CompId, ParticipantId>,
    /// Transfers that opened accounts of the configuration.
    openings: BTreeSet<TransferId>,
    /// Whether the market has a seed for random instants.
    is_seeded: bool,
}

impl Directory {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// The asset with this number.
    pub fn asset(&self, id: AssetId) -> Option<AssetCode> {
        at(&self.tables().assets, id.0).copied()
    }

    /// The number of the asset with this code.
    pub fn asset_by_code(&self, code: AssetCode) -> Option<AssetId> {
        self.tables().assets_by_code.get(&code).copied()
    }

    /// The instrument with this number.
    pub fn instrument(&self, id: InstrumentId) -> Option<Instrument> {
        at(&self.tables().instruments, id.0).copied()
    }

    /// The instrument with this symbol.
    pub fn instrument_by_symbol(&self, symbol: &str) -> Option<Instrument> {
        let tables = self.tables();
        let id = *tables.instruments_by_symbol.get(symbol)?;
        at(&tables.instruments, id.0).copied()
    }

    /// All instruments, by number.
    pub fn instruments(&self) -> Vec<Instrument> {
        self.tables().instruments.clone()
    }

    /// What the book of this instrument does now.
    pub fn phase(&self, id: InstrumentId) -> Option<Phase> {
        self.place(id).map(|place| place.phase)
    }

    /// Where this instrument stands in its trading day.
    pub fn place(&self, id: InstrumentId) -> Option<Place> {
        at(&self.tables().places, id.0).copied()
    }

    /// Done when a phase has changed since this was asked last. For one asker at a time.
    pub async fn phase_changed(&self) {
        self.phase_changed.notified().await;
    }

    /// The name of the account with this number.
    pub fn account(&self, id: AccountId) -> Option<AccountName> {
        at(&self.tables().accounts, id.0).copied()
    }

    /// The number of the account with this name.
    pub fn account_by_name(&self, name: AccountName) -> Option<AccountId> {
        self.tables().accounts_by_name.get(&name).copied()
    }

    /// The participant with this number.
    pub fn participant(&self, id: ParticipantId) -> Option<Arc<ParticipantRecord>> {
        at(&self.tables().participants, id.0).cloned()
    }

    /// The participant with this CompID.
    pub fn participant_by_comp_id(&self, comp_id: CompId) -> Option<Arc<ParticipantRecord>> {
        let tables = self.tables();
        let id = *tables.participants_by_comp_id.get(&comp_id)?;
        at(&tables.participants, id.0).cloned()
    }

    /// All participants, by number.
    pub fn participants(&self) -> Vec<Arc<ParticipantRecord>> {
        self.tables().participants.clone()
    }

    /// Whether the participant may trade for the account.
    pub fn may_trade(&self, participant: ParticipantId, account: AccountId) -> bool {
        at(&self.tables().participants, participant.0)
            .is_some_and(|record| record.accounts.contains(&account))
    }

    /// Whether the opening transfer with this id (see [`OPENING`]) was made.
    pub fn is_opened_with(&self, transfer_id: TransferId) -> bool {
        self.tables().openings.contains(&transfer_id)
    }

    /// Whether the market was given a seed for random instants.
    pub fn is_seeded(&self) -> bool {
        self.tables().is_seeded
    }

    /// MsgSeqNum (34) of the last message of this session that is in the journal, if one of this incarnation is. After a crash the
    /// session must not ask for anything up to it again.
    pub fn last_inbound(&self, participant: ParticipantId, incarnation: u32) -> Option<u64> {
        let inbound = self.inbound.read().unwrap_or_else(PoisonError::into_inner);
        inbound
            .get(&participant)
            .filter(|last| last.incarnation == incarnation)
            .map(|last| last.msg_seq_num)
    }

    /// When the trading day began: the last end of a day in the journal, or else its first entry. None: the journal is empty.
    pub fn day_began(&self) -> Option<Timestamp> {
        let nanos = self.day_began.load(Ordering::Acquire);
        (nanos != NEVER).then(|| Timestamp::from_nanos(nanos))
    }

    /// Takes in entries, in order; called once for each entry.
    pub fn apply<'a>(&self, entries: impl IntoIterator<Item = &'a Entry>) {
        for entry in entries {
            self.note_inbound([entry]);
            self.note_day(entry);
            if entry.events.iter().any(is_reference_data) {
                let mut tables = self.tables_mut();
                entry
                    .events
                    .iter()
                    .for_each(|event| tables.take_in(event, entry));
                drop(tables);
                if entry.events.iter().any(is_phase) {
                    self.phase_changed.notify_one();
                }
            }
            if let Some(change) = entry.change() {
                self.tables_mut().change(change, entry);
            }
        }
    }

    /// Takes in how far sessions have come, and nothing else of the entries.
    pub fn note_inbound<'a>(&self, entries: impl IntoIterator<Item = &'a Entry>) {
        // Taken once for all of them, when the first is of a session.
        let mut known = None;
        let mut note = |(participant, latest): (ParticipantId, Inbound)| {
            known
                .get_or_insert_with(|| self.inbound_mut())
                .entry(participant)
                .or_default()
                .note(latest.incarnation, latest.msg_seq_num);
        };
        // Of a session whose messages came one behind the other only the last is looked up.
        let mut last: Option<(ParticipantId, Inbound)> = None;
        for entry in entries {
            let Origin::Session {
                participant,
                incarnation,
                msg_seq_num,
            } = entry.origin
            else {
                continue;
            };
            match &mut last {
                Some((of, latest)) if *of == participant => latest.note(incarnation, msg_seq_num),
                _ => {
                    let next = Inbound {
                        incarnation,
                        msg_seq_num,
                    };
                    if let Some(before) = last.replace((participant, next)) {
                        note(before);
                    }
                }
            }
        }
        if let Some(before) = last {
            note(before);
        }
    }

    fn note_day(&self, entry: &Entry) {
        let ends = matches!(entry.instruction, Instruction::Market(Command::EndOfDay));
        if ends || self.day_began.load(Ordering::Relaxed) == NEVER {
            self.day_began.store(entry.at.nanos(), Ordering::Release);
        }
    }

    fn inbound_mut(&self) -> RwLockWriteGuard<'_, BTreeMap<ParticipantId, Inbound>> {
        self.inbound.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn tables(&self) -> RwLockReadGuard<'_, Tables> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn tables_mut(&self) -> RwLockWriteGuard<'_, Tables> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    /// Takes in what one event makes known. Numbers are dense and come in order, so each table grows at its end.
    fn take_in(&mut self, event: &Event, entry: &Entry) {
        match *event {
            Event::AssetListed { asset, code } => {
                self.assets.push(code);
                self.assets_by_code.insert(code, asset);
            }
            Event::InstrumentListed { instrument } => {
                self.instruments.push(instrument);
                self.places.push(Place::LISTED);
                self.instruments_by_symbol
                    .insert(instrument.symbol.to_string(), instrument.id);
            }
            Event::AccountOpened { account, name, .. } => {
                self.accounts.push(name);
                self.accounts_by_name.insert(name, account);
            }
            Event::ParticipantAdmitted {
                participant,
                comp_id,
            } => {
                let record = ParticipantRecord::new(participant, comp_id, entry.at);
                self.participants.push(Arc::new(record));
                self.participants_by_comp_id.insert(comp_id, participant);
            }
            Event::AccountGranted {
                participant,
                account,
            } => {
                if let Some(record) = self.participant_mut(participant)
                    && !record.accounts.contains(&account)
                {
                    record.accounts.push(account);
                }
            }
            Event::AccountRevoked {
                participant,
                account,
            } => {
                if let Some(record) = self.participant_mut(participant) {
                    record.accounts.retain(|granted| *granted != account);
                }
            }
            Event::PhaseChanged {
                instrument, phase, ..
            } => {
                if let Some(place) = self.place_mut(instrument) {
                    place.enter(phase, entry);
                }
            }
            Event::Seeded => self.is_seeded = true,
            Event::CloseSet { instrument, at } => {
                if let Some(place) = self.place_mut(instrument) {
                    place.closes = at;
                }
            }
            Event::FundsTransferred { transfer_id, .. }
            | Event::SecuritiesTransferred { transfer_id, .. }
                if transfer_id.as_str().starts_with(OPENING) =>
            {
                self.openings.insert(transfer_id);
            }
            _ => {}
        }
    }

    fn change(&mut self, change: &ParticipantChange, entry: &Entry) {
        let Some(&id) = self.participants_by_comp_id.get(&change.comp_id()) else {
            return;
        };
        if let Some(record) = self.participant_mut(id) {
            record.change(change, entry);
        }
    }

    fn place_mut(&mut self, id: InstrumentId) -> Option<&mut Place> {
        self.places.get_mut(usize::try_from(id.0).ok()?)
    }

    fn participant_mut(&mut self, id: ParticipantId) -> Option<&mut ParticipantRecord> {
        let index = usize::try_from(id.0).ok()?;
        self.participants.get_mut(index).map(Arc::make_mut)
    }
}

/// Whether an event changes the tables.
fn is_reference_data(event: &Event) -> bool {
    matches!(
        event,
        Event::AssetListed { .. }
            | Event::InstrumentListed { .. }
            | Event::AccountOpened { .. }
            | Event::ParticipantAdmitted { .. }
            | Event::AccountGranted { .. }
            | Event::AccountRevoked { .. }
            | Event::PhaseChanged { .. }
            | Event::CloseSet { .. }
            | Event::Seeded
            | Event::FundsTransferred { .. }
            | Event::SecuritiesTransferred { .. }
    )
}

const fn is_phase(event: &Event) -> bool {
    matches!(event, Event::PhaseChanged { .. })
}

/// The row of a dense number.
fn at<T>(table: &[T], number: u32) -> Option<&T> {
    table.get(usize::try_from(number).ok()?)
}

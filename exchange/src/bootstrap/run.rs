//! What is missing of a declared list, as instructions, in stages: each stage names only what the stages before it made known.

use crate::bootstrap::{Declared, DeclaredAccount, DeclaredParticipant, settings};
use crate::calendar::markets::Markets;
use crate::directory::{Directory, OPENING};
use crate::hub::Hub;
use crate::sequencer::SubmitError;
use crate::settings::Settings;
use futures_util::future::try_join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use journal::entry::{Entry, Instruction, Origin};
use journal::participant::{Credentials, HashError, ParticipantChange, PasswordHash, Rights};
use market::account::AccountTerms;
use market::command::Command;
use market::event::Event;
use market::fault::Fault;
use market::id::{AssetCode, TransferId};
use market::instrument::Phase;
use market::refusal::Refusal;
use market::seed::Seed;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

/// Instructions that are on their way at a time: one sync of the disk serves them all.
const IN_FLIGHT: usize = 256;
/// Attempts for an instruction while the sequencer's queue is full.
const ATTEMPTS: u32 = 1_000;
/// Between two attempts.
const ATTEMPT_PAUSE: Duration = Duration::from_millis(5);

/// Why a declared list cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The list names something that it does not declare and the venue does not know.
    #[error("{name}: {what} is neither declared nor known")]
    Unknown {
        /// Whose entry of the list.
        name: String,
        /// What it names.
        what: String,
    },
    /// A figure of the list is out of its range.
    #[error("{name}: {key}.{fault}")]
    Fault {
        /// Whose entry of the list.
        name: String,
        /// Where in it.
        key: &'static str,
        /// Which figure, and what it must be.
        fault: Fault,
    },
    /// The market refuses a declared thing.
    #[error("the market refuses {what}: {refusal}")]
    Refused {
        /// What was asked.
        what: String,
        /// Why not.
        refusal: Refusal,
    },
    /// A password cannot be hashed.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The operating system gives no random numbers.
    #[error("the operating system gives no random numbers: {0}")]
    NoRandomness(String),
    /// The venue takes no commands.
    #[error(transparent)]
    Submit(#[from] SubmitError),
}

/// Submits what the venue lacks of `declared`, and waits until it is durable. How many entries that made.
///
/// # Errors
/// A [`BootstrapError`]; what was submitted before it stays.
pub async fn bootstrap(hub: &Hub, declared: &Declared) -> Result<usize, BootstrapError> {
    bootstrap_beside(hub, declared, &Markets::default()).await
}

/// Gives the market its seed for random instants, once in a journal's life.
///
/// # Errors
/// [`BootstrapError::NoRandomness`] or [`BootstrapError::Submit`].
pub async fn seed(hub: &Hub) -> Result<(), BootstrapError> {
    if hub.directory.is_seeded() {
        return Ok(());
    }
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|why| BootstrapError::NoRandomness(why.to_string()))?;
    let seed = Seed::new(bytes);
    let entry = call(hub, &Instruction::Market(Command::Seed { seed })).await?;
    check(&entry)
}

/// [`bootstrap`] beside a calendar: instruments of its markets are opened by it, not here.
///
/// # Errors
/// As [`bootstrap`].
pub async fn bootstrap_beside(
    hub: &Hub,
    declared: &Declared,
    markets: &Markets,
) -> Result<usize, BootstrapError> {
    let directory = &*hub.directory;
    let set = &*hub.settings;
    let mut made = submit(hub, assets(declared, directory)).await?;
    made += submit(hub, names(declared, directory, set)?).await?;
    made += submit(hub, grants(declared, directory)?).await?;
    made += submit(hub, settings::fee_account(declared, directory, set)).await?;
    made += submit(hub, settings::settings(declared, directory, set)?).await?;
    made += submit(hub, funds(declared, directory)?).await?;
    made += submit(hub, credentials(declared, directory).await?).await?;
    made += submit(hub, openings(declared, directory, markets)).await?;
    Ok(made)
}

/// Assets that are not known.
fn assets(declared: &Declared, directory: &Directory) -> Vec<Instruction> {
    let currencies = declared.instruments.iter().map(|one| one.currency);
    let codes: BTreeSet<AssetCode> = declared.assets.iter().copied().chain(currencies).collect();
    codes
        .into_iter()
        .filter(|code| directory.asset_by_code(*code).is_none())
        .map(|code| Instruction::Market(Command::ListAsset { code }))
        .collect()
}

/// Instruments, accounts and participants that are not known.
fn names(
    declared: &Declared,
    directory: &Directory,
    set: &Settings,
) -> Result<Vec<Instruction>, BootstrapError> {
    let mut missing = Vec::new();
    for one in &declared.instruments {
        match directory.instrument_by_symbol(one.symbol.as_str()) {
            None => missing.push(Command::ListInstrument(one.instrument())),
            Some(known)
                if known
                    != (market::instrument::Instrument {
                        id: known.id,
                        ..one.instrument()
                    }) =>
            {
                tracing::warn!(symbol = %one.symbol, "the instrument is listed with other terms than configured; they stay");
            }
            Some(_) => {}
        }
    }
    for one in &declared.accounts {
        if let Some(terms) = &one.margin {
            settings::sound(&one.name, "margin", terms.examine())?;
        }
        match directory.account_by_name(one.name) {
            None => missing.push(Command::OpenAccount {
                name: one.name,
                terms: one.margin.map_or(AccountTerms::Cash, AccountTerms::Margin),
            }),
            Some(known) if set.margin(known) != one.margin => {
                tracing::warn!(account = %one.name, "the account is open with other terms than configured; they stay");
            }
            Some(_) => {}
        }
    }
    for one in &declared.participants {
        if directory.participant_by_comp_id(one.comp_id).is_none() {
            missing.push(Command::AdmitParticipant {
                comp_id: one.comp_id,
            });
        }
    }
    Ok(missing.into_iter().map(Instruction::Market).collect())
}

/// Grants that are not made.
fn grants(declared: &Declared, directory: &Directory) -> Result<Vec<Instruction>, BootstrapError> {
    let mut missing = Vec::new();
    for one in &declared.participants {
        let record = directory
            .participant_by_comp_id(one.comp_id)
            .ok_or_else(|| unknown(one.comp_id, one.comp_id))?;
        if record.is_changed_at_run_time {
            continue;
        }
        for name in &one.accounts {
            let account = directory
                .account_by_name(*name)
                .ok_or_else(|| unknown(one.comp_id, name))?;
            if !record.accounts.contains(&account) {
                missing.push(Instruction::Market(Command::GrantAccount {
                    participant: record.id,
                    account,
                }));
            }
        }
    }
    Ok(missing)
}

/// Opening funds that were not given.
fn funds(declared: &Declared, directory: &Directory) -> Result<Vec<Instruction>, BootstrapError> {
    let mut missing = Vec::new();
    for one in &declared.accounts {
        missing.extend(cash(one, directory)?);
        missing.extend(stock(one, directory)?);
    }
    missing.retain(|(transfer_id, _)| !directory.is_opened_with(*transfer_id));
    Ok(missing
        .into_iter()
        .map(|(_, command)| Instruction::Market(command))
        .collect())
}

fn cash(
    one: &DeclaredAccount,
    directory: &Directory,
) -> Result<Vec<(TransferId, Command)>, BootstrapError> {
    let account = directory
        .account_by_name(one.name)
        .ok_or_else(|| unknown(one.name, one.name))?;
    let transfer = |(code, amount): (&AssetCode, &_)| {
        let asset = directory
            .asset_by_code(*code)
            .ok_or_else(|| unknown(one.name, code))?;
        let transfer_id = TransferId::new(&format!("{OPENING}{}:{code}", one.name))
            .expect("5 + 20 + 1 + 8 characters fit the 36 of a transfer's id");
        let command = Command::TransferFunds {
            transfer_id,
            account,
            asset,
            amount: *amount,
        };
        Ok((transfer_id, command))
    };
    one.cash.iter().map(transfer).collect()
}

fn stock(
    one: &DeclaredAccount,
    directory: &Directory,
) -> Result<Vec<(TransferId, Command)>, BootstrapError> {
    let account = directory
        .account_by_name(one.name)
        .ok_or_else(|| unknown(one.name, one.name))?;
    let transfer = |(symbol, qty): (&market::id::Symbol, &_)| {
        let instrument = directory
            .instrument_by_symbol(symbol.as_str())
            .ok_or_else(|| unknown(one.name, symbol))?;
        // By numbers: an account's name and a symbol together do not fit, and a symbol may be an asset's code too.
        let transfer_id = TransferId::new(&format!("{OPENING}#{account}:{}", instrument.id))
            .expect("5 + 1 + 10 + 1 + 10 characters fit the 36 of a transfer's id");
        let command = Command::TransferSecurities {
            transfer_id,
            account,
            instrument: instrument.id,
            qty: *qty,
            cost_px: instrument.reference_px,
        };
        Ok((transfer_id, command))
    };
    one.positions.iter().map(transfer).collect()
}

/// Credentials that are new or changed. Comparing a password with its hash is as much work as hashing it: on all processors, off the async tasks.
async fn credentials(
    declared: &Declared,
    directory: &Directory,
) -> Result<Vec<Instruction>, BootstrapError> {
    let processors = available_parallelism().map_or(1, usize::from);
    let records = declared
        .participants
        .iter()
        .map(|one| (one, directory.participant_by_comp_id(one.comp_id)));
    let changes = records.filter(|(one, record)| {
        let is_changed = record.as_ref().is_some_and(|it| it.is_changed_at_run_time);
        if is_changed {
            tracing::info!(comp_id = %one.comp_id, "the participant was changed or removed at run time: what is configured for it does not count");
        }
        !is_changed
    });
    let changes = changes.map(|(one, record)| {
        let one = one.clone();
        let known = record.and_then(|record| record.credentials.clone());
        tokio::task::spawn_blocking(move || changed(&one, known.as_ref()))
    });
    let changes: Vec<Option<Instruction>> = stream::iter(changes)
        .buffered(processors)
        .map(|done| {
            done.unwrap_or(Err(HashError {
                why: "the runtime shuts down".to_owned(),
            }))
        })
        .try_collect()
        .await?;
    Ok(changes.into_iter().flatten().collect())
}

/// The definition of a participant, when it is not what is known.
fn changed(
    one: &DeclaredParticipant,
    known: Option<&Credentials>,
) -> Result<Option<Instruction>, HashError> {
    let password = one.password.reveal();
    // A password that the participant has given itself stays until the list says another one than before.
    let same = known.filter(|known| known.password_hash.matches(password));
    let wanted = Credentials {
        password_hash: match same {
            Some(known) => known.password_hash.clone(),
            None => PasswordHash::of(password)?,
        },
        own_password: same.and_then(|known| known.own_password.clone()),
        password_max_age_days: one.password_max_age_days,
        cert_fingerprint: one.cert_fingerprint,
        cert_subject: one.cert_subject.clone(),
        client_cert: one.client_cert,
        networks: one.networks.clone(),
        rights: Rights {
            orders: one.orders,
            market_data: one.market_data,
        },
        reset_on_logon: one.reset_on_logon,
    };
    let change = ParticipantChange::Define {
        comp_id: one.comp_id,
        credentials: wanted.clone(),
    };
    Ok((known != Some(&wanted)).then_some(Instruction::Participant(change)))
}

/// Declared instruments that are closed, when they are to open and no market of the calendar opens them.
fn openings(declared: &Declared, directory: &Directory, markets: &Markets) -> Vec<Instruction> {
    let listed = declared
        .instruments
        .iter()
        .filter(|one| declared.open_now || one.open_at_start)
        .filter(|one| markets.of(one.symbol).is_none())
        .filter_map(|one| directory.instrument_by_symbol(one.symbol.as_str()));
    listed
        .filter(|one| directory.phase(one.id) == Some(Phase::Closed))
        .map(|one| Instruction::Market(Command::Open { instrument: one.id }))
        .collect()
}

/// Submits a stage and waits for all of it; how many entries it made.
async fn submit(hub: &Hub, stage: Vec<Instruction>) -> Result<usize, BootstrapError> {
    for chunk in stage.chunks(IN_FLIGHT) {
        let entries = try_join_all(chunk.iter().map(|one| call(hub, one))).await?;
        for entry in entries {
            check(&entry)?;
        }
    }
    Ok(stage.len())
}

/// One instruction, again while the queue is full.
async fn call(hub: &Hub, instruction: &Instruction) -> Result<Arc<Entry>, SubmitError> {
    for _ in 1..ATTEMPTS {
        match hub
            .submitter
            .call(Origin::System, instruction.clone())
            .await
        {
            Err(SubmitError::Busy) => tokio::time::sleep(ATTEMPT_PAUSE).await,
            outcome => return outcome,
        }
    }
    hub.submitter
        .call(Origin::System, instruction.clone())
        .await
}

fn check(entry: &Entry) -> Result<(), BootstrapError> {
    for event in &entry.events {
        if let Event::Refused { refusal } | Event::TransferRefused { refusal, .. } = event {
            return Err(BootstrapError::Refused {
                what: described(&entry.instruction),
                refusal: *refusal,
            });
        }
    }
    Ok(())
}

/// An instruction in words, without anything secret: `Debug` redacts the hashes.
fn described(instruction: &Instruction) -> String {
    match instruction {
        Instruction::Market(command) => format!("{command:?}"),
        Instruction::Participant(change) => format!("the definition of {}", change.comp_id()),
        Instruction::Note { text } => text.to_string(),
    }
}

fn unknown(name: impl ToString, what: impl ToString) -> BootstrapError {
    BootstrapError::Unknown {
        name: name.to_string(),
        what: what.to_string(),
    }
}

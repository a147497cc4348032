//! [`Desk`]: what the paths of the control port work with. In: names and commands. Out: what the venue knows, and entries that are durable.

use crate::audit;
use crate::clock::Clock;
use crate::control::caller::{Caller, Role};
use crate::control::failure::Failure;
use crate::control::terms;
use crate::directory::record::ParticipantRecord;
use crate::gateway::roster::Roster;
use crate::gateway::venue::SharedView;
use crate::hub::Hub;
use crate::sequencer::{StopReason, SubmitError};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use journal::entry::{Entry, Instruction, Origin};
use market::command::Command;
use market::control::session::{CertPolicy, SessionDetail, SessionState};
use market::fault::Fault;
use market::id::{AccountId, AccountName, CompId, InstrumentId, ParticipantId, Symbol};
use market::instrument::Instrument;
use market::market::Market;
use market::time::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use tokio::sync::{Mutex, Semaphore};
use tokio_util::sync::CancellationToken;
use tracing::info;

/// Roles that may look at everything.
pub(crate) const LOOK: &[Role] = &[Role::Viewer, Role::Operator];
/// Roles that may look at what is public in the venue.
pub(crate) const ALL: &[Role] = &[Role::Viewer, Role::Operator, Role::Service];
/// Roles that may change trading and participants.
pub(crate) const OPERATE: &[Role] = &[Role::Operator];
/// Roles that may open accounts and move funds.
pub(crate) const FUND: &[Role] = &[Role::Operator, Role::Service];

/// What requests work with; cheap to clone.
#[derive(Clone)]
pub(crate) struct Desk {
    pub(crate) hub: Hub,
    pub(crate) roster: Roster,
    pub(crate) view: SharedView,
    /// The clock that stamps the entries, or its copy.
    pub(crate) clock: Arc<std::sync::Mutex<Box<dyn Clock>>>,
    /// One change of a participant or of settings at a time: what is not said stays as it was before.
    pub(crate) turns: Arc<Mutex<()>>,
    /// Places of those who follow a session.
    pub(crate) followers: Arc<Semaphore>,
    /// The port closes.
    pub(crate) stop: CancellationToken,
}

impl Desk {
    /// What time it is, as entries will say.
    pub(crate) fn now(&self) -> Timestamp {
        let mut clock = self.clock.lock().unwrap_or_else(PoisonError::into_inner);
        clock.now()
    }

    /// The participant of a path.
    pub(crate) fn participant(&self, comp_id: &str) -> Result<Arc<ParticipantRecord>, Failure> {
        let known = CompId::new(comp_id).ok();
        let record = known.and_then(|it| self.hub.directory.participant_by_comp_id(it));
        record.ok_or_else(|| Failure::Participant(comp_id.to_owned()))
    }

    /// The instrument of a path.
    pub(crate) fn instrument(&self, symbol: &str) -> Result<Instrument, Failure> {
        let known = self.hub.directory.instrument_by_symbol(symbol);
        known.ok_or_else(|| Failure::Symbol(symbol.to_owned()))
    }

    /// The account of a path.
    pub(crate) fn account(&self, name: &str) -> Result<AccountId, Failure> {
        let known = AccountName::new(name).ok();
        let account = known.and_then(|it| self.hub.directory.account_by_name(it));
        account.ok_or_else(|| Failure::Account(name.to_owned()))
    }

    /// The symbol of an instrument.
    pub(crate) fn symbol(&self, instrument: InstrumentId) -> Result<Symbol, Failure> {
        let known = self.hub.directory.instrument(instrument);
        known.map(|it| it.symbol).ok_or(Failure::Defect)
    }

    /// The name of an account.
    pub(crate) fn account_name(&self, account: AccountId) -> Result<AccountName, Failure> {
        self.hub.directory.account(account).ok_or(Failure::Defect)
    }

    /// The CompID of a participant.
    pub(crate) fn comp_id(&self, participant: ParticipantId) -> Result<CompId, Failure> {
        let known = self.hub.directory.participant(participant);
        known.map(|it| it.comp_id).ok_or(Failure::Defect)
    }

    /// A participant with its session, as they stand.
    pub(crate) fn session_detail(&self, record: &ParticipantRecord) -> SessionDetail {
        let session = self.roster.session(record.id);
        let standing = session.as_ref().map(|session| &*session.standing);
        let number =
            |number: fn(&crate::gateway::roster::Standing) -> u64| standing.map_or(1, number);
        let credentials = record.credentials.as_ref();
        let accounts = record.accounts.iter();
        SessionDetail {
            comp_id: record.comp_id,
            state: match (&record.credentials, record.disabled) {
                (None, _) => SessionState::Removed,
                (Some(_), Some(_)) => SessionState::Disabled,
                (Some(_), None) => SessionState::Enabled,
            },
            reason: record.disabled,
            logged_on: standing.is_some_and(|it| it.is_logged_on.load(Ordering::Relaxed)),
            next_in: number(|it| it.next_in.load(Ordering::Relaxed)),
            next_out: number(|it| it.next_out.load(Ordering::Relaxed)),
            reset_due: standing.is_some_and(|it| it.is_reset_due.load(Ordering::Relaxed)),
            orders: credentials.is_some_and(|it| it.rights.orders),
            market_data: credentials.is_some_and(|it| it.rights.market_data),
            reset_on_logon: credentials.is_some_and(|it| it.reset_on_logon),
            client_cert: credentials
                .map_or(CertPolicy::Off, |it| terms::cert_policy(it.client_cert)),
            cert_fingerprint: credentials
                .and_then(|it| it.cert_fingerprint)
                .map(|it| it.to_string()),
            cert_subject: credentials
                .and_then(|it| it.cert_subject.as_ref())
                .map(ToString::to_string),
            networks: credentials
                .map(|it| it.networks.iter().map(ToString::to_string).collect())
                .unwrap_or_default(),
            password_max_age_days: credentials.and_then(|it| it.password_max_age_days),
            accounts: accounts
                .filter_map(|account| self.hub.directory.account(*account))
                .collect(),
        }
    }

    /// Submits a change, waits until it is durable, and writes the audit line.
    pub(crate) async fn submit(
        &self,
        caller: &Caller,
        origin: Origin,
        instruction: Instruction,
    ) -> Result<Arc<Entry>, Failure> {
        let entry = self.hub.submitter.call(origin, instruction).await?;
        info!(
            by = caller.name(),
            peer = %caller.address,
            seq = entry.seq,
            trace_id = %entry.trace,
            instruction = ?entry.instruction,
            // A kill has an event for each order, of which there may be millions: they stand in the journal under `seq`.
            events = entry.events.len(),
            outcome = audit::outcome(&entry.events),
            "control: change"
        );
        Ok(entry)
    }

    /// The same for a command, whatever its outcome.
    pub(crate) async fn order(
        &self,
        caller: &Caller,
        origin: Origin,
        command: Command,
    ) -> Result<Arc<Entry>, Failure> {
        let instruction = Instruction::Market(command);
        self.submit(caller, origin, instruction).await
    }

    /// The same for a command that sets something: an error when the market refuses it.
    pub(crate) async fn set(
        &self,
        caller: &Caller,
        origin: Origin,
        command: Command,
    ) -> Result<(), Failure> {
        let entry = self.order(caller, origin, command).await?;
        entry.refusal().map_or(Ok(()), |it| Err(it.into()))
    }

    /// What `ask` finds in the market, told once it is durable; and the entry behind which it is so.
    pub(crate) async fn look<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Market) -> T + Send + 'static,
    ) -> Result<(u64, T), Failure> {
        let submitter = self.hub.submitter.clone();
        let looking = tokio::task::spawn_blocking(move || submitter.look(ask)).await;
        let (seq, found) = looking.map_err(|_| Failure::Defect)??;
        if self.hub.feed.reaches(seq).await {
            return Ok((seq, found));
        }
        let stopped = self.hub.submitter.stopped();
        Err(SubmitError::Stopped(stopped.unwrap_or(StopReason::Defect)).into())
    }
}

/// Reads a body; an empty one is `{}`. What is wrong is named with its field.
pub(crate) fn read<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, Failure> {
    let body = body.map_err(|rejection| {
        if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            Failure::TooLarge
        } else {
            Failure::Body(rejection.body_text())
        }
    })?;
    let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
    serde_json::from_slice(text).map_err(|why| Failure::Body(why.to_string()))
}

/// A figure out of its range, as an answer.
impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Body(fault.to_string())
    }
}

/// The body of a request that says nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

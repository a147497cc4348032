//! [`Registrar`]: carries out what an operator wants of a participant, entry by entry, and waits until its session has obeyed. One at a time:
//! what it reads of a participant stays true until its own entries are in the journal. What is so already makes no entry.

use crate::control::caller::Caller;
use crate::control::desk::{Desk, OPERATE};
use crate::control::failure::Failure;
use crate::control::terms;
use crate::directory::record::ParticipantRecord;
use crate::gateway::roster::SessionHandle;
use journal::entry::{Entry, Instruction, Origin};
use journal::participant::{Credentials, ParticipantChange};
use market::command::Command;
use market::control::secret::Secret;
use market::control::session::{
    AddSession, ChangeSession, DisableSession, LogOutSession, Reason, RemoveSession,
    SessionOutcome, SetNumbers,
};
use market::event::Event;
use market::id::{AccountId, CompId, ParticipantId};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// How long a session may take to obey, and its peer to answer a Logout.
const OBEDIENCE: Duration = Duration::from_secs(5);

/// One operator at work.
pub(crate) struct Registrar<'a> {
    desk: &'a Desk,
    caller: &'a Caller,
    origin: Origin,
    /// The last entry made.
    seq: Option<u64>,
    password: Option<Secret>,
    canceled_orders: Option<u32>,
    _turn: OwnedMutexGuard<()>,
}

impl<'a> Registrar<'a> {
    /// When it is this operator's turn.
    ///
    /// # Errors
    /// When the caller is no operator.
    pub(crate) async fn new(desk: &'a Desk, caller: &'a Caller) -> Result<Self, Failure> {
        let origin = caller.must_be(OPERATE)?;
        Ok(Self {
            desk,
            caller,
            origin,
            seq: None,
            password: None,
            canceled_orders: None,
            _turn: Arc::clone(&desk.turns).lock_owned().await,
        })
    }

    pub(crate) async fn add(&mut self, request: AddSession) -> Result<SessionOutcome, Failure> {
        let comp_id = request.comp_id;
        let accounts = terms::accounts(&request.accounts, &self.desk.hub.directory)?;
        let known = self.desk.hub.directory.participant_by_comp_id(comp_id);
        if let Some(record) = &known
            && let Some(credentials) = &record.credentials
        {
            return self
                .add_again(record, credentials, &request, &accounts)
                .await;
        }
        let wanted = terms::new(request, &mut self.password).await?;
        if known.is_none() {
            self.submit(Instruction::Market(Command::AdmitParticipant { comp_id }))
                .await?;
        }
        let record = self.record(comp_id)?;
        self.let_trade_for(&record, &accounts).await?;
        self.define(comp_id, wanted).await?;
        let record = self.record(comp_id)?;
        let roster = &self.desk.roster;
        let began = roster.appears(record.id, record.since, OBEDIENCE).await;
        if !began {
            return Err(Failure::NotBegun(comp_id));
        }
        Ok(self.outcome(&record))
    }

    /// The same again, word for word, is harmless: its answer may have been lost. Anything else is not what adding means.
    async fn add_again(
        &mut self,
        record: &ParticipantRecord,
        known: &Credentials,
        request: &AddSession,
        accounts: &[AccountId],
    ) -> Result<SessionOutcome, Failure> {
        let is_same = terms::is_same(known, request).await?
            && record.accounts.len() == accounts.len()
            && accounts.iter().all(|it| record.accounts.contains(it));
        if is_same {
            Ok(self.outcome(record))
        } else {
            Err(Failure::Exists(request.comp_id))
        }
    }

    pub(crate) async fn change(
        &mut self,
        record: &ParticipantRecord,
        request: ChangeSession,
    ) -> Result<SessionOutcome, Failure> {
        let known = defined(record)?;
        let directory = &self.desk.hub.directory;
        let mut accounts = record.accounts.clone();
        let taken = terms::accounts(&request.remove_accounts, directory)?;
        accounts.retain(|account| !taken.contains(account));
        let given = terms::accounts(&request.add_accounts, directory)?;
        for account in given {
            if !accounts.contains(&account) {
                accounts.push(account);
            }
        }
        let wanted = terms::changed(record.comp_id, known, request, &mut self.password).await?;
        let is_moved = self.let_trade_for(record, &accounts).await?;
        // Also where only accounts changed: a participant that an operator has changed is not the configuration's any more.
        if is_moved || wanted != *known {
            self.define(record.comp_id, wanted).await?;
        }
        Ok(self.outcome(record))
    }

    pub(crate) async fn disable(
        &mut self,
        record: &ParticipantRecord,
        request: &DisableSession,
    ) -> Result<SessionOutcome, Failure> {
        defined(record)?;
        let reason = request.reason;
        if record.disabled != Some(reason) {
            let comp_id = record.comp_id;
            let change = ParticipantChange::Disable { comp_id, reason };
            self.bid(record, change).await?;
        }
        if let Some(session) = self.session(record) {
            session.released(OBEDIENCE).await;
        }
        if request.cancel_orders {
            self.cancel_all(record.id).await?;
        }
        Ok(self.outcome(record))
    }

    pub(crate) async fn enable(
        &mut self,
        record: &ParticipantRecord,
    ) -> Result<SessionOutcome, Failure> {
        defined(record)?;
        if record.disabled.is_some() {
            let comp_id = record.comp_id;
            self.change_participant(ParticipantChange::Enable { comp_id })
                .await?;
        }
        Ok(self.outcome(record))
    }

    /// The session ends first, so that no order of it comes after its orders were cancelled. Again: goes on where it was interrupted.
    pub(crate) async fn remove(
        &mut self,
        record: &ParticipantRecord,
        request: &RemoveSession,
    ) -> Result<SessionOutcome, Failure> {
        if record.life == 0 {
            return Err(Failure::Participant(record.comp_id.to_string()));
        }
        let session = self.session(record);
        if !record.is_removed() {
            let comp_id = record.comp_id;
            self.change_participant(ParticipantChange::Remove { comp_id })
                .await?;
        }
        if let Some(session) = session
            && !session.ended(OBEDIENCE).await
        {
            return Err(Failure::Timeout);
        }
        if !request.keep_orders && self.is_first_or_has_orders(record).await? {
            self.cancel_all(record.id).await?;
        }
        self.let_trade_for(record, &[]).await?;
        Ok(self.outcome(record))
    }

    pub(crate) async fn reset(
        &mut self,
        record: &ParticipantRecord,
    ) -> Result<SessionOutcome, Failure> {
        defined(record)?;
        let session = self.session(record);
        let is_due = session.is_some_and(|it| it.standing.is_reset_due.load(Ordering::Relaxed));
        if !is_due {
            let comp_id = record.comp_id;
            self.bid(record, ParticipantChange::ResetNumbers { comp_id })
                .await?;
        }
        Ok(self.outcome(record))
    }

    pub(crate) async fn set_numbers(
        &mut self,
        record: &ParticipantRecord,
        request: SetNumbers,
    ) -> Result<SessionOutcome, Failure> {
        defined(record)?;
        let now = self.desk.session_detail(record);
        let SetNumbers { next_in, next_out } = request;
        terms::numbers(request, now.next_out)?;
        let is_so = |wanted: Option<u64>, now: u64| wanted.is_none_or(|wanted| wanted == now);
        if !is_so(next_in, now.next_in) || !is_so(next_out, now.next_out) {
            let change = ParticipantChange::SetNumbers {
                comp_id: record.comp_id,
                next_in,
                next_out,
            };
            self.bid(record, change).await?;
        }
        Ok(self.outcome(record))
    }

    pub(crate) async fn log_out(
        &mut self,
        record: &ParticipantRecord,
        request: &LogOutSession,
    ) -> Result<SessionOutcome, Failure> {
        defined(record)?;
        let session = self.session(record);
        let session = session.filter(|it| it.standing.is_logged_on.load(Ordering::Relaxed));
        if let Some(session) = session {
            let text = request.text.unwrap_or_else(|| {
                Reason::new("logged out by the venue's operator").expect("34 printable characters")
            });
            let comp_id = record.comp_id;
            self.bid(record, ParticipantChange::LogOut { comp_id, text })
                .await?;
            session.released(OBEDIENCE).await;
        }
        Ok(self.outcome(record))
    }

    /// What the session has to do is an entry first; done when the session says so.
    async fn bid(
        &mut self,
        record: &ParticipantRecord,
        change: ParticipantChange,
    ) -> Result<(), Failure> {
        let session = self.session(record);
        let entry = self.change_participant(change).await?;
        match session {
            Some(session) if !session.obeyed(entry.seq, OBEDIENCE).await => Err(Failure::Timeout),
            _ => Ok(()),
        }
    }

    async fn define(&mut self, comp_id: CompId, credentials: Credentials) -> Result<(), Failure> {
        let change = ParticipantChange::Define {
            comp_id,
            credentials,
        };
        self.change_participant(change).await?;
        Ok(())
    }

    /// Grants and revokes, so that it may trade for these accounts and no others. Whether that was anything.
    async fn let_trade_for(
        &mut self,
        record: &ParticipantRecord,
        accounts: &[AccountId],
    ) -> Result<bool, Failure> {
        let participant = record.id;
        let taken = record.accounts.iter().filter(|it| !accounts.contains(it));
        let taken = taken.map(|account| Command::RevokeAccount {
            participant,
            account: *account,
        });
        let given = accounts.iter().filter(|it| !record.accounts.contains(it));
        let given = given.map(|account| Command::GrantAccount {
            participant,
            account: *account,
        });
        let commands: Vec<Command> = taken.chain(given).collect();
        for command in &commands {
            self.submit(Instruction::Market(*command)).await?;
        }
        Ok(!commands.is_empty())
    }

    /// Whether a removal has orders to cancel. The first one has an entry that says so also where there are none; a repeated one goes by
    /// what is open, since the one before may have been interrupted anywhere.
    async fn is_first_or_has_orders(&self, record: &ParticipantRecord) -> Result<bool, Failure> {
        if !record.is_removed() {
            return Ok(true);
        }
        let participant = record.id;
        let looked = self.desk.look(move |market| market.has_orders(participant));
        Ok(looked.await?.1)
    }

    async fn cancel_all(&mut self, participant: ParticipantId) -> Result<(), Failure> {
        let command = Command::CancelAll { participant };
        let entry = self.submit(Instruction::Market(command)).await?;
        self.canceled_orders = entry.events.iter().find_map(|event| match event {
            Event::AllCanceled { canceled, .. } => Some(*canceled),
            _ => None,
        });
        Ok(())
    }

    async fn change_participant(
        &mut self,
        change: ParticipantChange,
    ) -> Result<Arc<Entry>, Failure> {
        self.submit(Instruction::Participant(change)).await
    }

    async fn submit(&mut self, instruction: Instruction) -> Result<Arc<Entry>, Failure> {
        let entry = self
            .desk
            .submit(self.caller, self.origin, instruction)
            .await?;
        if let Some(refusal) = entry.refusal() {
            return Err(refusal.into());
        }
        self.seq = Some(entry.seq);
        Ok(entry)
    }

    fn record(&self, comp_id: CompId) -> Result<Arc<ParticipantRecord>, Failure> {
        let record = self.desk.hub.directory.participant_by_comp_id(comp_id);
        record.ok_or_else(|| Failure::Participant(comp_id.to_string()))
    }

    fn session(&self, record: &ParticipantRecord) -> Option<SessionHandle> {
        self.desk.roster.session(record.id)
    }

    fn outcome(&mut self, record: &ParticipantRecord) -> SessionOutcome {
        let now = self.desk.hub.directory.participant(record.id);
        SessionOutcome {
            changed: self.seq.is_some(),
            seq: self.seq,
            password: self.password.take(),
            canceled_orders: self.canceled_orders,
            session: self.desk.session_detail(now.as_deref().unwrap_or(record)),
        }
    }
}

/// Its credentials, if it is a participant now.
fn defined(record: &ParticipantRecord) -> Result<&Credentials, Failure> {
    let credentials = record.credentials.as_ref();
    credentials.ok_or_else(|| Failure::Participant(record.comp_id.to_string()))
}

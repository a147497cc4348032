//! [`ParticipantRecord`]: a participant as the gateway needs it. In: its changes, in the order of the journal. Out: whether it may log on,
//! how it proves who it is, and what it may do then.

use journal::entry::{Entry, Origin};
use journal::participant::{Credentials, ParticipantChange};
use market::id::{AccountId, CompId, ParticipantId};
use market::text::Text;
use market::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A participant as the gateway needs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantRecord {
    /// Its number.
    pub id: ParticipantId,
    /// Its CompID.
    pub comp_id: CompId,
    /// How it logs on and what it may do; `None` until defined and after its removal: then it cannot log on.
    pub credentials: Option<Credentials>,
    /// When its password was set; without credentials, when the participant was admitted.
    pub password_since: Timestamp,
    /// Accounts that it may trade for, in order of granting.
    pub accounts: Vec<AccountId>,
    /// Why its logons are refused, while an operator has disabled it.
    pub disabled: Option<Text<80>>,
    /// How often it was defined after it was not, from 1; 0 before. Each life has sequence numbers of its own.
    pub life: u32,
    /// The entry that began its life: it is told of nothing before that.
    pub since: u64,
    /// Whether somebody has changed it at run time: the configuration does not apply to it any more.
    pub is_changed_at_run_time: bool,
}

impl ParticipantRecord {
    /// Admitted at `at`, and not defined.
    pub fn new(id: ParticipantId, comp_id: CompId, at: Timestamp) -> Self {
        Self {
            id,
            comp_id,
            credentials: None,
            password_since: at,
            accounts: Vec::new(),
            disabled: None,
            life: 0,
            since: 0,
            is_changed_at_run_time: false,
        }
    }

    /// Whether it was a participant once and was removed.
    pub fn is_removed(&self) -> bool {
        self.credentials.is_none() && self.life > 0
    }

    /// Takes in a change that the entry made.
    pub(crate) fn change(&mut self, change: &ParticipantChange, entry: &Entry) {
        match change {
            ParticipantChange::Define { credentials, .. } => {
                if self.credentials.is_none() {
                    self.life += 1;
                    self.since = entry.seq;
                }
                self.is_changed_at_run_time |= entry.origin != Origin::System;
                self.define(credentials.clone(), entry.at);
            }
            ParticipantChange::ChangePassword { password_hash, .. } => {
                if let Some(mut credentials) = self.credentials.clone() {
                    credentials.own_password = Some(password_hash.clone());
                    self.define(credentials, entry.at);
                }
            }
            ParticipantChange::Disable { reason, .. } => self.disabled = Some(*reason),
            ParticipantChange::Enable { .. } => self.disabled = None,
            ParticipantChange::Remove { .. } => {
                self.credentials = None;
                self.disabled = None;
                self.is_changed_at_run_time = true;
            }
            ParticipantChange::LogOut { .. }
            | ParticipantChange::ResetNumbers { .. }
            | ParticipantChange::SetNumbers { .. } => {}
        }
    }

    fn define(&mut self, credentials: Credentials, at: Timestamp) {
        let former = self.credentials.as_ref().map(Credentials::password);
        if former != Some(credentials.password()) {
            self.password_since = at;
        }
        self.credentials = Some(credentials);
    }
}

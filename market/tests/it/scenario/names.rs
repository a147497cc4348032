//! [`Names`]: names for the market's numbers, as events have told them.

use market::event::Event;
use market::id::{AccountId, AssetId, InstrumentId, ParticipantId};
use market::scope::Scope;

/// The names that events have told, by number.
#[derive(Default)]
pub(super) struct Names {
    assets: Vec<String>,
    instruments: Vec<String>,
    participants: Vec<String>,
    accounts: Vec<String>,
}

impl Names {
    pub(super) fn learn(&mut self, event: &Event) {
        match event {
            Event::AssetListed { code, .. } => self.assets.push(code.to_string()),
            Event::InstrumentListed { instrument } => {
                self.instruments.push(instrument.symbol.to_string());
            }
            Event::ParticipantAdmitted { comp_id, .. } => {
                self.participants.push(comp_id.to_string());
            }
            Event::AccountOpened { name, .. } => self.accounts.push(name.to_string()),
            _ => {}
        }
    }

    pub(super) fn asset(&self, name: &str) -> Result<AssetId, String> {
        number(&self.assets, name).map(AssetId)
    }

    pub(super) fn instrument(&self, name: &str) -> Result<InstrumentId, String> {
        number(&self.instruments, name).map(InstrumentId)
    }

    pub(super) fn participant(&self, name: &str) -> Result<ParticipantId, String> {
        number(&self.participants, name).map(ParticipantId)
    }

    pub(super) fn account(&self, name: &str) -> Result<AccountId, String> {
        number(&self.accounts, name).map(AccountId)
    }

    pub(super) fn symbol(&self, id: InstrumentId) -> &str {
        name(&self.instruments, id.0)
    }

    pub(super) fn code(&self, id: AssetId) -> &str {
        name(&self.assets, id.0)
    }

    pub(super) fn who(&self, id: ParticipantId) -> &str {
        name(&self.participants, id.0)
    }

    pub(super) fn whose(&self, id: AccountId) -> &str {
        name(&self.accounts, id.0)
    }

    pub(super) fn meant(&self, scope: Scope) -> &str {
        match scope {
            Scope::All => "all",
            Scope::Participant(id) => self.who(id),
            Scope::Account(id) => self.whose(id),
            Scope::Instrument(id) => self.symbol(id),
        }
    }

    /// What a word of the kill switch means.
    pub(super) fn scope(&self, word: &str) -> Result<Scope, String> {
        if word == "all" {
            return Ok(Scope::All);
        }
        let participant = self.participant(word).map(Scope::Participant);
        let account = || self.account(word).map(Scope::Account);
        let instrument = || self.instrument(word).map(Scope::Instrument);
        participant.or_else(|_| account()).or_else(|_| instrument())
    }

    pub(super) fn assets(&self) -> impl Iterator<Item = (AssetId, &str)> {
        (0..)
            .map(AssetId)
            .zip(self.assets.iter().map(String::as_str))
    }
}

fn name(names: &[String], id: u32) -> &str {
    names.get(id as usize).map_or("?", String::as_str)
}

fn number(names: &[String], name: &str) -> Result<u32, String> {
    let at = names.iter().position(|known| known == name);
    let at = at.ok_or_else(|| format!("{name} is unknown"))?;
    u32::try_from(at).map_err(|why| why.to_string())
}

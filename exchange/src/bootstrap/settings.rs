//! What a declared list says about rules, fees and limits, as instructions: where nobody has set anything of the kind yet. What operators set at
//! run time stays, whatever the list says.

use crate::bootstrap::run::BootstrapError;
use crate::bootstrap::{Declared, DeclaredInstrument, DeclaredParticipant};
use crate::directory::Directory;
use crate::settings::Settings;
use journal::entry::Instruction;
use market::command::Command;
use market::control::rules::RulesChange;
use market::fault::Fault;
use market::fees::Fees;
use market::id::{InstrumentId, ParticipantId};
use market::risk::limits::{ParticipantLimits, RiskLimit};
use market::rules::Rules;
use std::fmt::Display;

/// The account that fees go to. It comes before the fees.
pub(super) fn fee_account(
    declared: &Declared,
    directory: &Directory,
    settings: &Settings,
) -> Vec<Instruction> {
    if settings.fee_account().is_some() {
        return Vec::new();
    }
    let mut taking = declared.accounts.iter().filter(|one| one.takes_fees);
    let account = taking
        .next_back()
        .and_then(|one| directory.account_by_name(one.name));
    let command = account.map(|account| Command::SetFeeAccount { account });
    command.map(Instruction::Market).into_iter().collect()
}

/// Everything else.
pub(super) fn settings(
    declared: &Declared,
    directory: &Directory,
    settings: &Settings,
) -> Result<Vec<Instruction>, BootstrapError> {
    let mut missing = Vec::new();
    for one in &declared.instruments {
        if let Some(known) = directory.instrument_by_symbol(one.symbol.as_str()) {
            of_instrument(one, known.id, settings, &mut missing)?;
        }
    }
    for one in &declared.participants {
        if let Some(record) = directory.participant_by_comp_id(one.comp_id) {
            of_participant(one, record.id, (directory, settings), &mut missing)?;
        }
    }
    Ok(missing.into_iter().map(Instruction::Market).collect())
}

fn of_instrument(
    one: &DeclaredInstrument,
    instrument: InstrumentId,
    settings: &Settings,
    missing: &mut Vec<Command>,
) -> Result<(), BootstrapError> {
    if one.rules != RulesChange::default() && !settings.has_rules(instrument) {
        let rules = one.rules.of(Rules::default());
        sound(&one.symbol, "rules", rules.examine())?;
        missing.push(Command::SetRules { instrument, rules });
    }
    for change in &one.fees {
        let tier = change.tier;
        if settings.fees(instrument, tier).is_none() {
            let fees = change.of(Fees::default());
            sound(&one.symbol, "fees", fees.examine())?;
            missing.push(Command::SetFees {
                instrument,
                tier,
                fees,
            });
        }
    }
    Ok(())
}

fn of_participant(
    one: &DeclaredParticipant,
    participant: ParticipantId,
    (directory, settings): (&Directory, &Settings),
    missing: &mut Vec<Command>,
) -> Result<(), BootstrapError> {
    if let Some(tier) = one.tier
        && settings.tier(participant).is_none()
    {
        missing.push(Command::SetTier { participant, tier });
    }
    let limits = ParticipantLimits {
        order_rate: one.limits.order_rate,
        max_open_orders: one.limits.max_open_orders,
    };
    if limits != ParticipantLimits::default() && !settings.has_limits(participant) {
        sound(&one.comp_id, "limits", limits.examine())?;
        missing.push(Command::SetRiskLimit(RiskLimit::Participant {
            participant,
            limits,
        }));
    }
    for (code, limits) in &one.limits.exposures {
        let asset = directory.asset_by_code(*code);
        let asset = asset.ok_or_else(|| BootstrapError::Unknown {
            name: one.comp_id.to_string(),
            what: code.to_string(),
        })?;
        if !settings.has_exposure(participant, asset) {
            sound(&one.comp_id, "limits.exposures", limits.examine())?;
            missing.push(Command::SetRiskLimit(RiskLimit::Exposure {
                participant,
                asset,
                limits: *limits,
            }));
        }
    }
    Ok(())
}

/// A figure out of its range is named with its place in the list.
pub(super) fn sound(
    name: &impl Display,
    key: &'static str,
    examined: Result<(), Fault>,
) -> Result<(), BootstrapError> {
    examined.map_err(|fault| BootstrapError::Fault {
        name: name.to_string(),
        key,
        fault,
    })
}

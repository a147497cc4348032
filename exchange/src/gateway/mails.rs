//! Entry → mail. In: a journalled entry. Out: what the sessions are sent because of it, in order: what their participants are told,
//! what an operator wants of them or waits for, and last that the message which became the entry is durable and all it caused has been told.

use crate::directory::Directory;
use crate::gateway::outbound::{self, Told};
use crate::gateway::roster::{Bidding, Mail};
use journal::entry::{Entry, Instruction, Origin};
use journal::participant::ParticipantChange;
use market::command::Command;
use market::id::ParticipantId;
use std::sync::Arc;

/// The mail of an entry for the sessions that are wanted.
pub(crate) fn mails(
    entry: &Arc<Entry>,
    directory: &Directory,
    wants: impl Fn(ParticipantId) -> bool,
) -> Vec<(ParticipantId, Mail)> {
    let told = outbound::told_to(entry, directory, &wants);
    let passing = passing(entry, &told);
    told.into_iter()
        .map(|told| (told.participant, Mail::told(entry, told)))
        .chain(passing)
        .chain(bidding(entry, directory).filter(|(participant, _)| wants(*participant)))
        .chain(confirmation(entry).filter(|(participant, _)| wants(*participant)))
        .collect()
}

/// Those whose orders a kill has cancelled say when their reports are written.
fn passing(entry: &Entry, told: &[Told]) -> Vec<(ParticipantId, Mail)> {
    let is_kill = matches!(
        entry.instruction,
        Instruction::Market(Command::Kill { dry_run: false, .. })
    );
    if !is_kill {
        return Vec::new();
    }
    let mut participants: Vec<ParticipantId> = told.iter().map(|told| told.participant).collect();
    participants.sort_unstable();
    participants.dedup();
    let pass = |participant| (participant, Mail::Pass { seq: entry.seq });
    participants.into_iter().map(pass).collect()
}

fn confirmation(entry: &Entry) -> impl Iterator<Item = (ParticipantId, Mail)> {
    let confirmed = match entry.origin {
        Origin::Session {
            participant,
            msg_seq_num,
            ..
        } => Some((participant, Mail::Confirm { msg_seq_num })),
        _ => None,
    };
    confirmed.into_iter()
}

/// What an operator wants of a session.
fn bidding(entry: &Entry, directory: &Directory) -> impl Iterator<Item = (ParticipantId, Mail)> {
    let change = entry.change();
    let wanted = change.and_then(|change| Some((change.comp_id(), wanted(change)?)));
    let mail = wanted.and_then(|(comp_id, bidding)| {
        let record = directory.participant_by_comp_id(comp_id)?;
        let seq = entry.seq;
        Some((record.id, Mail::Bid { seq, bidding }))
    });
    mail.into_iter()
}

fn wanted(change: &ParticipantChange) -> Option<Bidding> {
    match change {
        ParticipantChange::Disable { reason, .. } => Some(Bidding::LogOut {
            text: format!("disabled by the venue: {reason}"),
        }),
        ParticipantChange::LogOut { text, .. } => Some(Bidding::LogOut {
            text: text.to_string(),
        }),
        ParticipantChange::ResetNumbers { .. } => Some(Bidding::ResetNumbers),
        ParticipantChange::SetNumbers {
            next_in, next_out, ..
        } => Some(Bidding::SetNumbers {
            next_in: *next_in,
            next_out: *next_out,
        }),
        // Sessions begin and end with the dispatcher; passwords are no matter of theirs.
        ParticipantChange::Define { .. }
        | ParticipantChange::ChangePassword { .. }
        | ParticipantChange::Enable { .. }
        | ParticipantChange::Remove { .. } => None,
    }
}

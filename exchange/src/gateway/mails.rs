//! Entry → mail. In: a journalled entry. Out: what the sessions are sent because of it, in order: what their participants are told,
//! what an operator wants of them, and last that the message which became the entry is durable and all it caused has been told.

use crate::directory::Directory;
use crate::gateway::outbound;
use crate::gateway::roster::{Bidding, Mail};
use journal::entry::{Entry, Origin};
use journal::participant::ParticipantChange;
use market::id::ParticipantId;
use std::sync::Arc;

/// The mail of an entry for the sessions that are wanted.
pub(crate) fn mails(
    entry: &Arc<Entry>,
    directory: &Directory,
    wants: impl Fn(ParticipantId) -> bool,
) -> Vec<(ParticipantId, Mail)> {
    let told = outbound::told_to(entry, directory, &wants);
    told.into_iter()
        .map(|told| (told.participant, Mail::told(entry, told)))
        .chain(bidding(entry, directory).filter(|(participant, _)| wants(*participant)))
        .chain(confirmation(entry).filter(|(participant, _)| wants(*participant)))
        .collect()
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

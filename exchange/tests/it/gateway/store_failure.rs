//! A session's store that fails while the venue runs: its session ends with a reason, who proves to be its participant is told why it is kept
//! away, and nobody else learns of it.

use crate::venue::{Venue, now, until};
use exchange::metrics::labels::{DisconnectLabel, LogonResult};
use journal::entry::{Instruction, Origin};
use journal::participant::{Credentials, ParticipantChange, PasswordHash};
use std::fs;
use std::path::{Path, PathBuf};

const TOLD: &str = "58=the session's store has failed, ask the venue's operator|";

/// From now on the next segment of a session's store cannot be made: something else has its name. A reset of the numbers needs it.
fn spoil(data: &Path, comp_id: &str) -> PathBuf {
    let segment = data.join(format!("sessions/{comp_id}.log.000002"));
    fs::create_dir(&segment).unwrap();
    segment
}

fn logon(sender: &str, password: &str, fields: &str) -> String {
    let header = format!("8=FIX.4.4|35=A|34=1|49={sender}|56=LOGGIA|52={}", now());
    format!("{header}|98=0|108=30|554={password}|{fields}")
}

/// What the venue says to a Logon until it hangs up, with `|` for SOH.
async fn answer(venue: &Venue, sender: &str, password: &str, fields: &str) -> String {
    let mut raw = venue.raw().await;
    raw.send_message(&logon(sender, password, fields)).await;
    plain(&raw.until_closed().await)
}

fn plain(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec())
        .unwrap()
        .replace('\u{1}', "|")
}

/// One Logout, outside of the session's numbers.
#[track_caller]
fn assert_told(answer: &str, text: &str) {
    assert!(answer.contains("|35=5|34=1|"), "{answer}");
    assert!(answer.contains(text), "{answer}");
    assert_eq!(answer.matches("8=FIX.4.4|").count(), 1, "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_store_fails_ends_and_its_participant_alone_is_told_why() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let figures = venue.hub.metrics.fix.clone();
    let mut raw = venue.raw().await;
    raw.send_message(&logon("BOT01", "secret-BOT01", "")).await;
    let mut said = raw.some().await.into_bytes();
    let spoilt = spoil(folder.path(), "BOT01");
    // A Logon inside the session asks for new numbers, which have no place to be.
    raw.send_message(&logon("BOT01", "secret-BOT01", "141=Y|"))
        .await;
    said.extend_from_slice(&raw.until_closed().await);
    let said = plain(&said);
    assert!(said.contains("|35=A|34=1|"), "{said}");
    let messages = said.matches("8=FIX.4.4|").count();
    assert_eq!(messages, 1, "what is not stored is not sent: {said}");
    until("the end is counted with its reason", || {
        figures.disconnects.count(DisconnectLabel::StoreFailed) == 1
    })
    .await;
    assert!(
        venue
            .hub
            .health
            .reasons()
            .iter()
            .any(|it| it.0 == "sessions")
    );
    assert_told(&answer(&venue, "BOT01", "secret-BOT01", "").await, TOLD);
    until("it is counted", || {
        figures.logons.count(LogonResult::StoreFailed) == 1
    })
    .await;
    let wrong = answer(&venue, "BOT01", "wrong", "").await;
    assert_told(&wrong, "58=invalid username or password|");
    assert_eq!(figures.logons.count(LogonResult::StoreFailed), 1);
    venue.peer("BOT02").await.rest("b", '1', "1", "1").await;
    venue.close().await;
    // With the cause gone, the next start goes on where the session was.
    fs::remove_dir(spoilt).unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut raw = venue.raw().await;
    let logon = logon("BOT01", "secret-BOT01", "").replace("|34=1|", "|34=2|");
    raw.send_message(&logon).await;
    let answer = raw.some().await;
    assert!(answer.contains("\u{1}35=A\u{1}34=2\u{1}"), "{answer}");
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_fails_over_the_logon_itself_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let logons = venue.hub.metrics.fix.logons.clone();
    spoil(folder.path(), "BOT01");
    assert_told(
        &answer(&venue, "BOT01", "wrong", "141=Y|").await,
        "58=invalid",
    );
    let answered = answer(&venue, "BOT01", "secret-BOT01", "141=Y|").await;
    assert_told(&answered, TOLD);
    until("it is counted", || {
        logons.count(LogonResult::StoreFailed) == 1
    })
    .await;
    assert_eq!(
        logons.count(LogonResult::Refused) + logons.count(LogonResult::Accepted),
        0
    );
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_whose_store_cannot_be_opened_is_told_to_who_proves_to_be_its_participant() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let logons = venue.hub.metrics.fix.logons.clone();
    fs::create_dir(folder.path().join("sessions/NEW01.log")).unwrap();
    let known = venue
        .hub
        .directory
        .participant_by_comp_id("BOT01".parse().unwrap());
    let change = Instruction::Participant(ParticipantChange::Define {
        comp_id: "NEW01".parse().unwrap(),
        credentials: Credentials {
            password_hash: PasswordHash::of("secret-NEW01").unwrap(),
            ..known.unwrap().credentials.clone().unwrap()
        },
    });
    let admit = market::command::Command::AdmitParticipant {
        comp_id: "NEW01".parse().unwrap(),
    };
    let submitter = &venue.hub.submitter;
    for instruction in [Instruction::Market(admit), change] {
        submitter.call(Origin::System, instruction).await.unwrap();
    }
    let health = &venue.hub.health;
    until("the failure shows", || {
        health.reasons().iter().any(|it| it.0 == "sessions")
    })
    .await;
    assert_told(&answer(&venue, "NEW01", "wrong", "").await, "58=invalid");
    assert_told(&answer(&venue, "NEW01", "secret-NEW01", "").await, TOLD);
    until("it is counted", || {
        logons.count(LogonResult::StoreFailed) == 1
    })
    .await;
    assert_eq!(logons.count(LogonResult::Unknown), 0);
    venue.close().await;
}

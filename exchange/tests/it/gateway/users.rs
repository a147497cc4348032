//! UserRequest (BE): a participant asks for its user, logs it off, gives itself another password.

use crate::venue::{PATIENCE, Peer, Venue, until};
use exchange::bootstrap::bootstrap;
use exchange::metrics::labels::PasswordChange;
use fix_engine::io::client::{Client, ClientError};
use fix_engine::session::logon::Password;
use std::fs;
use std::path::Path;
use tokio::time::timeout;

const NEW: &str = "correct horse battery";

/// A peer whose first Logon has this password and begins at 1.
fn with_password(venue: &Venue, comp_id: &str, password: &str) -> Peer {
    let mut config = Peer::config(comp_id);
    config.password = Some(Password::new(password));
    config.reset_seq_num_flag = true;
    Peer(Client::new(venue.target(), config))
}

async fn refused_with(venue: &Venue, comp_id: &str, password: &str, reason: &str) {
    match with_password(venue, comp_id, password).refused().await {
        ClientError::Ended { text, .. } => assert!(text.contains(reason), "{text}"),
        other => panic!("{other:?}"),
    }
}

async fn log_out(venue: &Venue, mut peer: Peer) {
    peer.0.logout().await.unwrap();
    until("the session is free", || {
        let statuses = venue.gateway.roster().statuses();
        statuses.iter().all(|one| one.peer.is_none())
    })
    .await;
}

fn holds(folder: &Path, secret: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, secret);
        }
        let bytes = fs::read(path).unwrap();
        bytes.windows(secret.len()).any(|piece| piece == secret)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_participant_gives_itself_another_password() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = with_password(&venue, "BOT01", "secret-BOT01");
    peer.connect().await;
    let change = format!("923=c1|924=3|553=BOT01|554=secret-BOT01|925={NEW}");
    peer.send("BE", &change).await;
    peer.expect(
        "BF",
        "923=c1|553=BOT01|926=5|927=the new password is in force",
    )
    .await;
    // Orders go on; the message was confirmed.
    peer.rest("a", '1', "1", "1").await;
    log_out(&venue, peer).await;
    refused_with(
        &venue,
        "BOT01",
        "secret-BOT01",
        "invalid username or password",
    )
    .await;
    let mut peer = with_password(&venue, "BOT01", NEW);
    peer.connect().await;
    log_out(&venue, peer).await;
    assert_eq!(
        venue
            .hub
            .metrics
            .fix
            .password_changes
            .count(PasswordChange::Changed),
        1
    );
    venue.close().await;
    assert!(
        !holds(folder.path(), NEW.as_bytes()),
        "only its hash is kept"
    );

    // The list says the old one still: the participant's own stays, until the list says another one than before.
    let venue = Venue::open(folder.path()).await;
    let mut peer = with_password(&venue, "BOT01", NEW);
    peer.connect().await;
    log_out(&venue, peer).await;
    let mut declared = crate::venue::declared();
    declared.participants[0].password = journal::participant::Password::new("given anew");
    bootstrap(&venue.hub, &declared).await.unwrap();
    refused_with(&venue, "BOT01", NEW, "invalid username or password").await;
    let mut peer = with_password(&venue, "BOT01", "given anew");
    peer.connect().await;
    log_out(&venue, peer).await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_is_refused_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open_with(folder.path(), |fix| fix.lockout_failures = 2).await;
    let mut peer = with_password(&venue, "BOT01", "secret-BOT01");
    peer.connect().await;
    for (fields, answer) in [
        (
            "924=3|553=BOT01|554=secret-BOT01|925=short",
            "926=6|927=NewPassword (925): at least 12 characters, this one has 5",
        ),
        (
            "924=3|553=BOT01|554=wrong|925=correct horse battery",
            "926=4|927=Password (554): not the present one",
        ),
        (
            "924=3|553=BOT02|554=secret-BOT02|925=correct horse battery",
            "926=3|553=BOT02|927=Username (553): only the session's own user is known here, its CompID",
        ),
    ] {
        peer.send("BE", &format!("923=x|{fields}")).await;
        peer.expect("BF", &format!("923=x|{answer}")).await;
    }
    for (fields, answer) in [
        (
            "924=3|553=BOT01|554=secret-BOT01",
            "NewPassword (925): required here",
        ),
        (
            "924=3|553=BOT01|925=correct horse battery",
            "Password (554): required here",
        ),
    ] {
        peer.send("BE", &format!("923=y|{fields}")).await;
        let answer = format!("372=BE|379=y|380=5|58={answer}");
        peer.expect("j", &answer).await;
    }
    // The second wrong one begins a wait; then not even the right one is looked at.
    peer.send(
        "BE",
        "923=z|924=3|553=BOT01|554=wrong|925=correct horse battery",
    )
    .await;
    peer.expect("BF", "923=z|926=4").await;
    let right = "923=w|924=3|553=BOT01|554=secret-BOT01|925=correct horse battery";
    peer.send("BE", right).await;
    let locked = peer.expect("BF", "923=w|926=6").await;
    let text = locked.text(927).unwrap();
    assert!(
        text.starts_with("too many failed logons, try again in"),
        "{text}"
    );
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_is_its_session() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = with_password(&venue, "BOT01", "secret-BOT01");
    peer.connect().await;
    for kind in ['1', '4'] {
        peer.send("BE", &format!("923=s{kind}|924={kind}|553=BOT01"))
            .await;
        peer.expect("BF", &format!("923=s{kind}|553=BOT01|926=1"))
            .await;
    }
    peer.send("BE", "923=s2|924=2|553=BOT01").await;
    peer.expect("BF", "923=s2|553=BOT01|926=2").await;
    match timeout(PATIENCE, peer.0.next()).await.unwrap() {
        Err(ClientError::Ended { text, .. }) => {
            assert!(text.contains("logged off at the user's request"), "{text}");
        }
        other => panic!("{other:?}"),
    }
    venue.close().await;
}

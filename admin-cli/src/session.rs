//! The commands on participants and their sessions: arguments in, a request to the exchange, its outcome out. Passwords come from standard input or
//! the environment and go into the request, nowhere else.

use crate::args::session::{Add, Change, PasswordFrom, Proof, Session};
use crate::client::Client;
use crate::control::with_name;
use crate::failure::Failure;
use market::control::path;
use market::control::secret::Secret;
use market::control::session::{
    AddSession, AuditLine, ChangeSession, DisableSession, LogOutSession, RemoveSession,
    SessionDetail, SessionOutcome, SetNumbers,
};
use market::id::CompId;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{self, PemObject};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::{self, BufRead, Read};
use std::path::Path;

/// Bytes of a password that are read at most; the exchange says how long one may be.
const PASSWORD_BYTES_MAX: u64 = 4096;

/// Carries out everything under `session` but `show`.
///
/// # Errors
/// See [`Client::tell`]; [`Failure::File`] and [`Failure::Usage`] for what the arguments name.
pub async fn change(client: &Client, command: &Session) -> Result<SessionOutcome, Failure> {
    match command {
        Session::Add(add) => client.tell(path::ADD_SESSION, &added(add)?).await,
        Session::Change(change) => {
            tell(
                client,
                path::CHANGE_SESSION,
                change.comp_id,
                &changed(change)?,
            )
            .await
        }
        Session::Disable {
            comp_id,
            reason,
            cancel_orders,
        } => {
            let body = DisableSession {
                reason: *reason,
                cancel_orders: *cancel_orders,
            };
            tell(client, path::DISABLE_SESSION, *comp_id, &body).await
        }
        Session::Enable { comp_id } => {
            tell(client, path::ENABLE_SESSION, *comp_id, &nothing()).await
        }
        Session::Remove {
            comp_id,
            keep_orders,
        } => {
            let keep_orders = *keep_orders;
            let body = RemoveSession { keep_orders };
            tell(client, path::REMOVE_SESSION, *comp_id, &body).await
        }
        Session::Reset { comp_id } => tell(client, path::RESET_SESSION, *comp_id, &nothing()).await,
        Session::SetNumbers {
            comp_id,
            next_in,
            next_out,
        } => {
            let body = SetNumbers {
                next_in: *next_in,
                next_out: *next_out,
            };
            tell(client, path::SET_NUMBERS, *comp_id, &body).await
        }
        Session::Logout { comp_id, text } => {
            let body = LogOutSession { text: *text };
            tell(client, path::LOG_OUT_SESSION, *comp_id, &body).await
        }
        Session::Show { .. } => unreachable!("shown by `show`"),
    }
}

/// `session show COMPID`.
///
/// # Errors
/// See [`Client::ask`].
pub async fn show(client: &Client, comp_id: CompId) -> Result<SessionDetail, Failure> {
    client
        .ask(&with_name(path::SESSION, comp_id.as_str()))
        .await
}

/// `audit`.
///
/// # Errors
/// See [`Client::ask`].
pub async fn audit(client: &Client, last: u32) -> Result<Vec<AuditLine>, Failure> {
    client.ask(&format!("{}?last={last}", path::AUDIT)).await
}

async fn tell<B: Serialize>(
    client: &Client,
    template: &str,
    comp_id: CompId,
    body: &B,
) -> Result<SessionOutcome, Failure> {
    let path = with_name(template, comp_id.as_str());
    client.tell(&path, body).await
}

fn nothing() -> serde_json::Map<String, serde_json::Value> {
    serde_json::Map::new()
}

fn added(add: &Add) -> Result<AddSession, Failure> {
    let proof = &add.proof;
    Ok(AddSession {
        comp_id: add.comp_id,
        password: password(&add.password)?,
        password_max_age_days: proof.password_max_age_days,
        cert_fingerprint: cert_fingerprint(proof)?,
        cert_subject: proof.cert_subject.clone(),
        client_cert: proof.client_cert.map(Into::into).unwrap_or_default(),
        networks: proof.networks.clone(),
        orders: !add.no_orders,
        market_data: !add.no_market_data,
        reset_on_logon: add.reset_on_logon,
        accounts: add.accounts.clone(),
    })
}

fn changed(change: &Change) -> Result<ChangeSession, Failure> {
    let proof = &change.proof;
    Ok(ChangeSession {
        password: password(&change.password)?,
        new_password: change.new_password,
        password_max_age_days: proof.password_max_age_days,
        cert_fingerprint: cert_fingerprint(proof)?,
        cert_subject: proof.cert_subject.clone(),
        client_cert: proof.client_cert.map(Into::into),
        networks: networks(&proof.networks),
        orders: change.orders,
        market_data: change.market_data,
        reset_on_logon: change.reset_on_logon,
        add_accounts: change.add_account.clone(),
        remove_accounts: change.remove_account.clone(),
    })
}

/// The networks instead of those so far; one empty text stands for none.
fn networks(given: &[String]) -> Option<Vec<String>> {
    let named = given.iter().filter(|network| !network.is_empty());
    (!given.is_empty()).then(|| named.cloned().collect())
}

fn password(from: &PasswordFrom) -> Result<Option<Secret>, Failure> {
    if from.password_stdin {
        let mut line = String::new();
        io::stdin()
            .lock()
            .take(PASSWORD_BYTES_MAX)
            .read_line(&mut line)
            .map_err(|why| Failure::file("standard input", why))?;
        let password = line.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            return Err(Failure::Usage(
                "--password-stdin: standard input has no password".to_owned(),
            ));
        }
        return Ok(Some(Secret::new(password)));
    }
    let Some(name) = &from.password_env else {
        return Ok(None);
    };
    match std::env::var(name) {
        Ok(password) if !password.is_empty() => Ok(Some(Secret::new(password))),
        _ => Err(Failure::Usage(format!(
            "--password-env: the environment has no {name}"
        ))),
    }
}

fn cert_fingerprint(proof: &Proof) -> Result<Option<String>, Failure> {
    match &proof.client_cert_file {
        Some(file) => fingerprint(file).map(Some),
        None => Ok(proof.cert_fingerprint.clone()),
    }
}

/// SHA-256 of the first certificate of a PEM file, in hex.
fn fingerprint(file: &Path) -> Result<String, Failure> {
    let certificate = CertificateDer::from_pem_file(file);
    let certificate = certificate.map_err(|why| match why {
        pem::Error::Io(why) => Failure::file(file, why),
        pem::Error::NoItemsFound => Failure::file(file, "there is no certificate (PEM) in it"),
        why => Failure::file(file, why),
    })?;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(&certificate) {
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}

//! What an operator asks for a participant → what the exchange keeps. Each mistake is named with its field. Passwords become hashes here, off the
//! async tasks, and are nowhere else.

use crate::control::failure::Failure;
use crate::directory::Directory;
use fix_engine::session::store::MAX_MSG_SEQ_NUM;
use journal::participant::network::{NETWORKS_MAX, Network};
use journal::participant::subject::CertSubject;
use journal::participant::{
    ClientCert, Credentials, Fingerprint, PASSWORD_AGE_MAX_DAYS, Password, PasswordHash, Rights,
    new_password,
};
use market::control::secret::Secret;
use market::control::session::{AddSession, CertPolicy, ChangeSession, SetNumbers};
use market::id::{AccountId, AccountName, CompId};
use std::fmt::Display;
use std::str::FromStr;

/// The credentials of a new participant; a password that is made up is put into `told`.
pub(super) async fn new(
    mut request: AddSession,
    told: &mut Option<Secret>,
) -> Result<Credentials, Failure> {
    let password_hash = hash(request.comp_id, request.password.take(), told).await?;
    asked(&request, password_hash)
}

/// Whether a participant is what a request to add it says, password and all.
pub(super) async fn is_same(known: &Credentials, request: &AddSession) -> Result<bool, Failure> {
    let Some(password) = request.password.clone() else {
        return Ok(false);
    };
    let mut wanted = asked(request, known.password_hash.clone())?;
    wanted.own_password.clone_from(&known.own_password);
    let hash = known.password().clone();
    Ok(wanted == *known && blocking(move || hash.matches(password.reveal())).await?)
}

/// What a request to add asks for, with the hash of its password.
fn asked(request: &AddSession, password_hash: PasswordHash) -> Result<Credentials, Failure> {
    let credentials = Credentials {
        password_hash,
        own_password: None,
        password_max_age_days: max_age(request.password_max_age_days)?,
        cert_fingerprint: fingerprint(request.cert_fingerprint.as_deref().unwrap_or(""))?,
        cert_subject: subject(request.cert_subject.as_deref().unwrap_or(""))?,
        client_cert: client_cert(request.client_cert),
        networks: networks(&request.networks)?,
        rights: Rights {
            orders: request.orders,
            market_data: request.market_data,
        },
        reset_on_logon: request.reset_on_logon,
    };
    check(&credentials)?;
    Ok(credentials)
}

/// The credentials of a participant that an operator changes.
pub(super) async fn changed(
    comp_id: CompId,
    known: &Credentials,
    mut request: ChangeSession,
    told: &mut Option<Secret>,
) -> Result<Credentials, Failure> {
    let mut credentials = known.clone();
    if let Some(days) = request.password_max_age_days {
        credentials.password_max_age_days = max_age(Some(days))?;
    }
    if let Some(text) = &request.cert_fingerprint {
        credentials.cert_fingerprint = fingerprint(text)?;
    }
    if let Some(text) = &request.cert_subject {
        credentials.cert_subject = subject(text)?;
    }
    if let Some(policy) = request.client_cert {
        credentials.client_cert = client_cert(policy);
    }
    if let Some(texts) = &request.networks {
        credentials.networks = networks(texts)?;
    }
    let rights = &mut credentials.rights;
    rights.orders = request.orders.unwrap_or(rights.orders);
    rights.market_data = request.market_data.unwrap_or(rights.market_data);
    let reset_on_logon = request.reset_on_logon;
    credentials.reset_on_logon = reset_on_logon.unwrap_or(known.reset_on_logon);
    check(&credentials)?;
    let is_made_up = request.new_password;
    match request.password.take() {
        Some(_) if is_made_up => {
            let why = "password, new_password: give one of them";
            return Err(Failure::Body(why.to_owned()));
        }
        Some(password) if is_known(known, password.clone()).await? => {}
        None if !is_made_up => {}
        password => {
            credentials.password_hash = hash(comp_id, password, told).await?;
            credentials.own_password = None;
        }
    }
    Ok(credentials)
}

async fn is_known(known: &Credentials, password: Secret) -> Result<bool, Failure> {
    let hash = known.password().clone();
    blocking(move || hash.matches(password.reveal())).await
}

/// The numbers of accounts that must be open.
pub(super) fn accounts(
    names: &[AccountName],
    directory: &Directory,
) -> Result<Vec<AccountId>, Failure> {
    let account = |name: &AccountName| {
        let id = directory.account_by_name(*name);
        id.ok_or_else(|| Failure::Account(name.to_string()))
    };
    names.iter().map(account).collect()
}

/// Whether numbers can be set: `next_out` is the one that is next now.
pub(super) fn numbers(request: SetNumbers, next_out: u64) -> Result<(), Failure> {
    let wrong = |why: String| Err(Failure::Body(why));
    let fields = [("next_in", request.next_in), ("next_out", request.next_out)];
    if fields.iter().all(|(_, number)| number.is_none()) {
        return wrong("next_in, next_out: give at least one of them".to_owned());
    }
    for (field, number) in fields {
        if number.is_some_and(|number| !(1..=MAX_MSG_SEQ_NUM).contains(&number)) {
            return wrong(format!("{field}: must be 1 to {MAX_MSG_SEQ_NUM}"));
        }
    }
    match request.next_out {
        Some(given) if given < next_out => Err(Failure::NumberUsed { given, next_out }),
        _ => Ok(()),
    }
}

/// The policy in the control port's word.
pub(super) fn cert_policy(policy: ClientCert) -> CertPolicy {
    match policy {
        ClientCert::Required => CertPolicy::Required,
        ClientCert::Optional => CertPolicy::Optional,
        ClientCert::Off => CertPolicy::Off,
    }
}

fn client_cert(policy: CertPolicy) -> ClientCert {
    match policy {
        CertPolicy::Required => ClientCert::Required,
        CertPolicy::Optional => ClientCert::Optional,
        CertPolicy::Off => ClientCert::Off,
    }
}

/// Nobody could log on who must show a certificate and has none.
fn check(credentials: &Credentials) -> Result<(), Failure> {
    let is_bound = credentials.cert_fingerprint.is_some() || credentials.cert_subject.is_some();
    if credentials.client_cert == ClientCert::Required && !is_bound {
        let why = "client_cert: required needs a cert_fingerprint or a cert_subject";
        return Err(Failure::Body(why.to_owned()));
    }
    Ok(())
}

/// 0 days stand for never.
fn max_age(days: Option<u32>) -> Result<Option<u32>, Failure> {
    match days {
        Some(days) if days > PASSWORD_AGE_MAX_DAYS => Err(Failure::Body(format!(
            "password_max_age_days: {days} must be 0 to {PASSWORD_AGE_MAX_DAYS}"
        ))),
        days => Ok(days.filter(|days| *days > 0)),
    }
}

/// None for an empty text, which stands for no certificate; so for subjects.
fn fingerprint(text: &str) -> Result<Option<Fingerprint>, Failure> {
    read(text, "cert_fingerprint")
}

fn subject(text: &str) -> Result<Option<CertSubject>, Failure> {
    read(text, "cert_subject")
}

fn networks(texts: &[String]) -> Result<Vec<Network>, Failure> {
    if texts.len() > NETWORKS_MAX {
        return Err(Failure::Body(format!("networks: at most {NETWORKS_MAX}")));
    }
    let read = |text: &String| {
        let network = text.parse();
        network.map_err(|why| Failure::Body(format!("networks: {why}")))
    };
    texts.iter().map(read).collect()
}

fn read<T: FromStr<Err: Display>>(text: &str, field: &str) -> Result<Option<T>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = text.parse();
    read.map(Some)
        .map_err(|why| Failure::Body(format!("{field}: {why}")))
}

/// The hash of the password that was given, or of one that is made up and told.
async fn hash(
    comp_id: CompId,
    given: Option<Secret>,
    told: &mut Option<Secret>,
) -> Result<PasswordHash, Failure> {
    let password = match given {
        Some(password) => {
            new_password::check(password.reveal(), None, comp_id)
                .map_err(|why| Failure::Body(format!("password: {why}")))?;
            Password::new(password.reveal())
        }
        None => {
            let made_up = Password::random();
            *told = Some(Secret::new(made_up.reveal()));
            made_up
        }
    };
    let hashed = blocking(move || PasswordHash::of(password.reveal())).await?;
    hashed.map_err(|why| Failure::Body(format!("password: {why}")))
}

/// Dear work, on a thread of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Failure::Defect)
}

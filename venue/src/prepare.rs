//! Makes ready what the exchange is to hold: the listing with passwords and certificates filled in. Configuration and data folder
//! in; [`Prepared`] out, with the part of the credentials file that follows from it.

use crate::args::Profile;
use crate::config::Config;
use crate::config::layers::Layers;
use crate::config::listing::{Listing, ParticipantListing};
use crate::credentials::{IdentityPaths, ParticipantCredentials};
use crate::failure::Failure;
use crate::folder::DataFolder;
use crate::passwords::Passwords;
use crate::pki::{Pki, fingerprint};
use exchange::bootstrap::{Declared, DeclaredParticipant};
use journal::participant::network::NETWORKS_MAX;
use journal::participant::{
    ClientCert, Fingerprint, PASSWORD_AGE_MAX_DAYS, Password, new_password,
};

/// Where the development CA lies in the data folder.
const CERTS: &str = "certs";
/// The passwords that were made up for participants.
const PASSWORDS: &str = "passwords.json";

/// What the exchange is to hold, and who may be told.
pub struct Prepared {
    /// For the exchange's bootstrap.
    pub declared: Declared,
    /// Development profile only: what goes into the credentials file.
    pub development: Option<Development>,
}

/// What the development profile made up.
pub struct Development {
    /// The CA and its certificates.
    pub pki: Pki,
    /// Participants with passwords and certificates.
    pub participants: Vec<ParticipantCredentials>,
    /// The operator's certificate.
    pub operator: IdentityPaths,
}

/// Makes the listing ready.
///
/// # Errors
/// [`Failure`]: a key of the configuration, or a file that cannot be read or written.
pub fn prepare(config: &Config, layers: &Layers, data: &DataFolder) -> Result<Prepared, Failure> {
    let listing = config.listing();
    match config.profile {
        Profile::Prod => {
            let participants = listing.participants.iter().enumerate();
            let declared: Result<Vec<_>, _> = participants
                .map(|(index, participant)| given(index, participant, layers, data))
                .collect();
            Ok(Prepared {
                declared: declare(&listing, declared?, false),
                development: None,
            })
        }
        Profile::Dev => develop(&listing, layers, data),
    }
}

fn develop(listing: &Listing, layers: &Layers, data: &DataFolder) -> Result<Prepared, Failure> {
    let pki = Pki::open(&data.join(CERTS))?;
    pki.server()?;
    pki.client("service")?;
    pki.client("viewer")?;
    pki.second_operator()?;
    let mut passwords = Passwords::open(&data.join(PASSWORDS))?;
    let mut declared = Vec::new();
    let mut told = Vec::new();
    for listed in &listing.participants {
        check(listed, layers)?;
        if listed.cert.is_some() {
            let why = "the development profile makes certificates itself";
            return Err(layers.misconfigured("participants.cert", why).into());
        }
        let password = match &listed.password {
            Some(password) => password.clone(),
            None => passwords.of(listed.comp_id.as_str())?,
        };
        let identity = pki.participant(listed.comp_id.as_str())?;
        let print = Fingerprint(identity.fingerprint()?);
        // Who is bound by a subject has a certificate of its own.
        let print = listed.cert_subject.is_none().then_some(print);
        declared.push(participant(listed, password.clone(), print));
        told.push(ParticipantCredentials {
            comp_id: listed.comp_id,
            username: listed.comp_id,
            password,
            cert: identity.cert,
            key: identity.key,
            accounts: listed.accounts.clone(),
        });
    }
    passwords.save()?;
    Ok(Prepared {
        declared: declare(listing, declared, true),
        development: Some(Development {
            operator: pki.client("operator")?.into(),
            pki,
            participants: told,
        }),
    })
}

/// A participant whose secrets all come from the configuration.
fn given(
    index: usize,
    listed: &ParticipantListing,
    layers: &Layers,
    data: &DataFolder,
) -> Result<DeclaredParticipant, Failure> {
    let wrong =
        |key: &str, why: String| layers.misconfigured(&format!("participants.{index}.{key}"), why);
    check(listed, layers)?;
    if listed.client_cert == ClientCert::Required
        && listed.cert.is_none()
        && listed.cert_subject.is_none()
    {
        let why = "\"required\" needs cert or cert_subject: there is no certificate to ask for";
        return Err(wrong("client_cert", why.into()).into());
    }
    let password = listed.password.clone().ok_or_else(|| {
        wrong(
            "password",
            "the production profile makes up no password".into(),
        )
    })?;
    let print = match &listed.cert {
        Some(path) => {
            let path = data.path().join(path);
            let print = fingerprint(&path);
            Some(Fingerprint(print.map_err(|e| {
                wrong("cert", format!("{}: {e}", path.display()))
            })?))
        }
        None => None,
    };
    Ok(participant(listed, password, print))
}

/// Checks what the types do not say.
fn check(listed: &ParticipantListing, layers: &Layers) -> Result<(), Failure> {
    let wrong = |key: &str, why: String| {
        let key = format!("participants.{key}");
        layers.misconfigured(&key, format!("{}: {why}", listed.comp_id))
    };
    if listed.networks.len() > NETWORKS_MAX {
        let why = format!("at most {NETWORKS_MAX} networks");
        return Err(wrong("networks", why).into());
    }
    if let Some(password) = &listed.password {
        new_password::check(password.reveal(), None, listed.comp_id)
            .map_err(|why| wrong("password", why.to_string()))?;
    }
    match listed.password_max_age_days {
        Some(days) if !(1..=PASSWORD_AGE_MAX_DAYS).contains(&days) => {
            let why = format!("{days} must be 1 to {PASSWORD_AGE_MAX_DAYS}");
            Err(wrong("password_max_age_days", why).into())
        }
        _ => Ok(()),
    }
}

fn participant(
    listed: &ParticipantListing,
    password: Password,
    cert_fingerprint: Option<Fingerprint>,
) -> DeclaredParticipant {
    DeclaredParticipant {
        comp_id: listed.comp_id,
        password,
        password_max_age_days: listed.password_max_age_days,
        cert_fingerprint,
        cert_subject: listed.cert_subject.clone(),
        client_cert: listed.client_cert,
        networks: listed.networks.clone(),
        orders: listed.orders,
        market_data: listed.market_data,
        reset_on_logon: listed.reset_on_logon,
        accounts: listed.accounts.clone(),
        limits: listed.limits.clone(),
        tier: listed.tier,
    }
}

fn declare(listing: &Listing, participants: Vec<DeclaredParticipant>, open_now: bool) -> Declared {
    Declared {
        assets: Vec::new(),
        instruments: listing.instruments.clone(),
        accounts: listing.accounts.clone(),
        participants,
        open_now,
    }
}

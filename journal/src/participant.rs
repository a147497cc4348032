//! A participant's credentials and rights, and the journalled change that sets them. Passwords are kept as argon2id PHC strings;
//! neither a password nor its hash is ever shown by `Debug`.

pub mod network;
pub mod new_password;
pub mod subject;

use crate::participant::network::Network;
use crate::participant::subject::CertSubject;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};
use market::id::{ClOrdId, CompId};
use market::text::Text;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Days of the longest life of a password: ten years.
pub const PASSWORD_AGE_MAX_DAYS: u32 = 3_650;

/// A change of a participant, kept in the journal beside the market's commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParticipantChange {
    /// Sets everything about an admitted participant; refused ([`market::refusal::Refusal::UnknownParticipant`]) for a CompID
    /// that `AdmitParticipant` has not admitted.
    Define {
        /// Whose.
        comp_id: CompId,
        /// The facts from now on.
        credentials: Credentials,
    },
    /// The participant has given itself another password, by UserRequest (BE).
    ChangePassword {
        /// Whose.
        comp_id: CompId,
        /// The new one; the old one is good no more.
        password_hash: PasswordHash,
        /// UserRequestID (923), for the answer.
        request_id: ClOrdId,
    },
    /// Logs the session out and refuses its logons from now on. Again: another reason. So for all below: refused
    /// ([`market::refusal::Refusal::UnknownParticipant`]) for a CompID that is not defined.
    Disable {
        /// Whose.
        comp_id: CompId,
        /// Why, as the participant is told.
        reason: Text<80>,
    },
    /// Takes its logons again.
    Enable {
        /// Whose.
        comp_id: CompId,
    },
    /// Ends the session; the CompID is unknown to logons until it is defined again, and begins with new numbers then.
    Remove {
        /// Whose.
        comp_id: CompId,
    },
    /// Logs the session out, if it is logged on.
    LogOut {
        /// Whose.
        comp_id: CompId,
        /// Text (58) of the Logout.
        text: Text<80>,
    },
    /// Both sequence numbers go back to 1: at once with the peer's consent, or at its next logon.
    ResetNumbers {
        /// Whose.
        comp_id: CompId,
    },
    /// Sets sequence numbers.
    SetNumbers {
        /// Whose.
        comp_id: CompId,
        /// The next one expected from the peer.
        next_in: Option<u64>,
        /// The next one to the peer; one below the session's own changes nothing.
        next_out: Option<u64>,
    },
}

impl ParticipantChange {
    /// Leaves the hashes of passwords out.
    pub(crate) fn redact(&mut self) {
        match self {
            Self::Define { credentials, .. } => {
                credentials.password_hash = PasswordHash::redacted();
                let own = &mut credentials.own_password;
                *own = own.take().map(|_| PasswordHash::redacted());
            }
            Self::ChangePassword { password_hash, .. } => *password_hash = PasswordHash::redacted(),
            Self::Disable { .. }
            | Self::Enable { .. }
            | Self::Remove { .. }
            | Self::LogOut { .. }
            | Self::ResetNumbers { .. }
            | Self::SetNumbers { .. } => {}
        }
    }

    /// Whose.
    pub fn comp_id(&self) -> CompId {
        match self {
            Self::Define { comp_id, .. }
            | Self::ChangePassword { comp_id, .. }
            | Self::Disable { comp_id, .. }
            | Self::Enable { comp_id }
            | Self::Remove { comp_id }
            | Self::LogOut { comp_id, .. }
            | Self::ResetNumbers { comp_id }
            | Self::SetNumbers { comp_id, .. } => *comp_id,
        }
    }
}

/// How a participant proves who it is, and what it may do then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// Password (554) that the operator has given, as an argon2id hash; Username (553) is the CompID.
    pub password_hash: PasswordHash,
    /// The password that the participant has given itself since; then only this one is good.
    pub own_password: Option<PasswordHash>,
    /// Days after which a password is good no more, counted from when it was set; `None`: never.
    pub password_max_age_days: Option<u32>,
    /// SHA-256 of the client certificate (DER) that is bound to it.
    pub cert_fingerprint: Option<Fingerprint>,
    /// What the subject of its client certificate must say. With a fingerprint too, the certificate must fit both.
    pub cert_subject: Option<CertSubject>,
    /// Whether a TLS connection must show such a certificate.
    pub client_cert: ClientCert,
    /// Networks that it may log on from; none: from anywhere.
    pub networks: Vec<Network>,
    /// What it may do.
    pub rights: Rights,
    /// Whether every logon starts at MsgSeqNum 1 (for certification).
    pub reset_on_logon: bool,
}

impl Credentials {
    /// The password that is good.
    pub fn password(&self) -> &PasswordHash {
        self.own_password.as_ref().unwrap_or(&self.password_hash)
    }

    /// Whether it may log on from this address.
    pub fn allows_address(&self, address: IpAddr) -> bool {
        self.networks.is_empty() || self.networks.iter().any(|one| one.contains(address))
    }

    /// Whether this certificate (DER) is bound to it: it has the fingerprint, the subject, or both, as asked for. When nothing is
    /// asked for, no certificate is.
    pub fn binds(&self, certificate: &[u8]) -> bool {
        let is_asked = self.cert_fingerprint.is_some() || self.cert_subject.is_some();
        let has_fingerprint = self
            .cert_fingerprint
            .is_none_or(|bound| bound == Fingerprint::of(certificate));
        let has_subject = || {
            let wanted = self.cert_subject.as_ref();
            wanted.is_none_or(|wanted| wanted.fits(certificate))
        };
        is_asked && has_fingerprint && has_subject()
    }
}

/// What a participant may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rights {
    /// Enter, replace, cancel and ask for orders.
    pub orders: bool,
    /// Ask for market data.
    pub market_data: bool,
}

/// Whether a participant's TLS connection must show the certificate that is bound to it. The plain port knows no certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientCert {
    /// Without it there is no logon; the plain port is closed to the participant.
    Required,
    /// One that is shown must be the bound one; none is fine.
    Optional,
    /// Certificates are not looked at.
    Off,
}

impl ClientCert {
    /// The word of the configuration: `required`, `optional` or `off`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
            Self::Off => "off",
        }
    }
}

/// SHA-256 of a certificate in DER form; shown, and written in configuration and JSON, as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint(pub [u8; 32]);

/// A text is not a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint has 64 hex digits")]
pub struct FingerprintError;

impl Fingerprint {
    /// Of a certificate in DER form.
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(FingerprintError);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (hex_digit(pair[0])? << 4) | hex_digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

fn hex_digit(digit: u8) -> Result<u8, FingerprintError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        _ => Err(FingerprintError),
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            text.parse().map_err(D::Error::custom)
        } else {
            <[u8; 32]>::deserialize(deserializer).map(Self)
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An argon2id hash of a password in PHC form (`$argon2id$v=19$m=…`).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

/// A password cannot be hashed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be hashed: {why}")]
pub struct HashError {
    /// What the hash function says; never the password.
    pub why: String,
}

impl PasswordHash {
    /// Stands where a hash is not shown; it matches no password.
    fn redacted() -> Self {
        Self("[redacted]".to_owned())
    }

    /// Hashes `password` with a new random salt: some ten milliseconds of work, not for an async task.
    ///
    /// # Errors
    /// When argon2 refuses the password (longer than 4 GiB) or there is no randomness.
    pub fn of(password: &str) -> Result<Self, HashError> {
        let hash: phc::PasswordHash = Argon2::default()
            .hash_password(password.as_bytes())
            .map_err(|error| HashError {
                why: error.to_string(),
            })?;
        Ok(Self(hash.to_string()))
    }

    /// Whether `password` is the one that was hashed: as much work as hashing it. A hash that cannot be read matches nothing.
    pub fn matches(&self, password: &str) -> bool {
        phc::PasswordHash::new(&self.0).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        })
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Characters of a password that is made up.
const MADE_UP: usize = 20;
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A password in plain text, on its way from the configuration or the wire to its hash. Never shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// From its text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// One that is made up: 20 letters and digits, about 119 bits.
    pub fn random() -> Self {
        let mut text = String::with_capacity(MADE_UP);
        while text.len() < MADE_UP {
            let mut bytes = [0; 32];
            getrandom::fill(&mut bytes)
                .expect("the operating system's random source works once the process runs");
            // What is above the last whole alphabet would make some letters likelier than others.
            let letters = bytes
                .iter()
                .map(|byte| usize::from(byte & 0x3f))
                .filter_map(|at| ALPHABET.get(at));
            text.extend(
                letters
                    .take(MADE_UP - text.len())
                    .map(|byte| char::from(*byte)),
            );
        }
        Self(text)
    }

    /// The text, for hashing, comparing and the development credentials file.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Journals hold these numbers: what is new comes at the end.
    #[test]
    fn changes_keep_their_numbers() {
        let comp_id: CompId = "DESK1".parse().expect("a CompID");
        let text: Text<80> = "why".parse().expect("a text");
        let changes = [
            ParticipantChange::Disable {
                comp_id,
                reason: text,
            },
            ParticipantChange::Enable { comp_id },
            ParticipantChange::Remove { comp_id },
            ParticipantChange::LogOut { comp_id, text },
            ParticipantChange::ResetNumbers { comp_id },
            ParticipantChange::SetNumbers {
                comp_id,
                next_in: None,
                next_out: None,
            },
        ];
        let number = |change| postcard::to_allocvec(change).expect("it is encoded")[0];
        assert_eq!(changes.each_ref().map(number), [2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn passwords_that_are_made_up_are_long_and_differ() {
        let made_up = [Password::random(), Password::random()];
        assert_ne!(made_up[0], made_up[1]);
        for password in made_up {
            let text = password.reveal();
            assert_eq!(text.len(), MADE_UP);
            assert!(
                text.bytes().all(|byte| byte.is_ascii_alphanumeric()),
                "{text}"
            );
        }
    }
}

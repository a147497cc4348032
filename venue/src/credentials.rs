//! [`Credentials`]: everything that a script needs to use a development venue, as one JSON file (0600): addresses, CompIDs, passwords,
//! certificates. It is written once everything is open, and taken away before anything opens, so that a reader never sees old ports.

use crate::failure::Failure;
use crate::pki::Identity;
use crate::private_file;
use journal::participant::Password;
use market::id::{AccountName, CompId, Symbol};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// The file in the data folder.
pub const FILE_NAME: &str = "credentials.json";

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// FIX ports; none in a back office alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<FixAddresses>,
    /// REST API; none in an exchange alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<SocketAddr>,
    /// Control port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control: Option<SocketAddr>,
    /// Metrics and health.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics: Option<SocketAddr>,
    /// PEM file of the development CA.
    pub ca: PathBuf,
    /// FIX participants.
    pub participants: Vec<ParticipantCredentials>,
    /// The operator's certificate for the control port; none in a back office alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<IdentityPaths>,
    /// The demo user of the REST API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserCredentials>,
    /// Symbols that trade.
    pub instruments: Vec<Symbol>,
}

/// FIX ports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixAddresses {
    /// Plain.
    pub plain: SocketAddr,
    /// TLS.
    pub tls: SocketAddr,
    /// Our CompID: a client's TargetCompID (56).
    pub target_comp_id: String,
}

/// A FIX participant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParticipantCredentials {
    /// SenderCompID (49).
    pub comp_id: CompId,
    /// Username (553).
    pub username: CompId,
    /// Password (554).
    pub password: Password,
    /// PEM certificate.
    pub cert: PathBuf,
    /// PEM key.
    pub key: PathBuf,
    /// Account (1) that it may trade for.
    pub accounts: Vec<AccountName>,
}

/// A certificate and its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityPaths {
    /// PEM certificate.
    pub cert: PathBuf,
    /// PEM key.
    pub key: PathBuf,
}

impl From<Identity> for IdentityPaths {
    fn from(identity: Identity) -> Self {
        Self {
            cert: identity.cert,
            key: identity.key,
        }
    }
}

/// A user of the REST API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserCredentials {
    /// Login.
    pub email: String,
    /// Password.
    pub password: Password,
}

impl Credentials {
    /// Writes the file.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let mut json =
            serde_json::to_vec_pretty(self).map_err(|e| Failure::Internal(e.to_string()))?;
        json.push(b'\n');
        private_file::write(path, &json).map_err(|e| Failure::io(path, &e))
    }
}

/// Takes an earlier run's file away.
///
/// # Errors
/// [`Failure`] when it is there and cannot be removed.
pub fn remove(path: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::io(path, &error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn whole() -> Credentials {
        Credentials {
            fix: Some(FixAddresses {
                plain: "127.0.0.1:1".parse().unwrap(),
                tls: "127.0.0.1:2".parse().unwrap(),
                target_comp_id: "LOGGIA".into(),
            }),
            http: Some("127.0.0.1:3".parse().unwrap()),
            control: Some("127.0.0.1:4".parse().unwrap()),
            metrics: Some("[::1]:5".parse().unwrap()),
            ca: "/d/ca.pem".into(),
            participants: vec![ParticipantCredentials {
                comp_id: "BOT01".parse().unwrap(),
                username: "BOT01".parse().unwrap(),
                password: Password::new("unseen-word"),
                cert: "/d/b.pem".into(),
                key: "/d/b.key".into(),
                accounts: vec!["ACC01".parse().unwrap()],
            }],
            operator: Some(IdentityPaths {
                cert: "/d/o.pem".into(),
                key: "/d/o.key".into(),
            }),
            user: Some(UserCredentials {
                email: "demo@loggia.example".into(),
                password: Password::new("q"),
            }),
            instruments: vec!["ACME".parse().unwrap()],
        }
    }

    #[test]
    fn the_shape_that_scripts_read() {
        let expected = json!({
            "fix": { "plain": "127.0.0.1:1", "tls": "127.0.0.1:2", "target_comp_id": "LOGGIA" },
            "http": "127.0.0.1:3", "control": "127.0.0.1:4", "metrics": "[::1]:5",
            "ca": "/d/ca.pem",
            "participants": [{ "comp_id": "BOT01", "username": "BOT01", "password": "unseen-word",
                "cert": "/d/b.pem", "key": "/d/b.key", "accounts": ["ACC01"] }],
            "operator": { "cert": "/d/o.pem", "key": "/d/o.key" },
            "user": { "email": "demo@loggia.example", "password": "q" },
            "instruments": ["ACME"],
        });
        assert_eq!(serde_json::to_value(whole()).unwrap(), expected);
    }

    #[test]
    fn written_for_its_owner_and_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE_NAME);
        whole().write(&path).unwrap();
        let back: Credentials = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(back, whole());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        remove(&path).unwrap();
        remove(&path).unwrap();
        assert!(!path.exists());
    }

    #[test]
    fn passwords_do_not_show() {
        assert!(!format!("{:?}", whole()).contains("unseen-word"));
    }
}

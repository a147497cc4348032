//! The development CA: certificates and keys that a venue without real ones makes at its first start and finds again later.
//! A folder in, [`Pki`] out. It knows no participant's password, no port, and it is never used by the production profile.
//!
//! | file under `DATA/certs` | is |
//! |---|---|
//! | `ca.pem`, `ca.key` | the CA that signs all others |
//! | `server.pem`, `server.key` | the venue's own: `localhost`, `127.0.0.1`, `::1` |
//! | `operator.pem`, `operator2.pem`, `service.pem`, `viewer.pem` | clients of the control port; OU names the role |
//! | `participants/BOT01.pem`, … | clients of the FIX port; CN is the CompID |
//!
//! Keys are PKCS #8 PEM, readable by their owner only.

use crate::private_file;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use sha2::{Digest, Sha256};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a development certificate holds: ten years, so that a development folder never fails for its age.
const VALID_DAYS: u64 = 3650;
/// Clocks that are behind ours by as much still take a fresh certificate.
const BACKDATED_DAYS: u64 = 1;
const SECS_PER_DAY: u64 = 86_400;

/// Why certificates cannot be made or found.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file that was found is not what this program wrote.
    #[error("{}: not a certificate or key of the development CA ({why}); delete {} to have all made anew", path.display(), folder.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// The folder of the development CA.
        folder: PathBuf,
    },
    /// A certificate could not be made.
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
}

/// A certificate and its key, as files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// PEM certificate.
    pub cert: PathBuf,
    /// PEM key.
    pub key: PathBuf,
}

impl Identity {
    /// SHA-256 of the certificate's DER: what binds a participant to it.
    ///
    /// # Errors
    /// [`PkiError`] when the file cannot be read as a certificate.
    pub fn fingerprint(&self) -> Result<[u8; 32], PkiError> {
        fingerprint(&self.cert).map_err(|why| PkiError::Damaged {
            path: self.cert.clone(),
            why,
            folder: self.cert.parent().unwrap_or(Path::new(".")).to_owned(),
        })
    }
}

/// SHA-256 of the DER of the first certificate in a PEM file.
///
/// # Errors
/// What is wrong with the file.
pub fn fingerprint(path: &Path) -> Result<[u8; 32], String> {
    let der = CertificateDer::from_pem_file(path).map_err(|e| e.to_string())?;
    Ok(Sha256::digest(&der).into())
}

/// What a certificate is for.
#[derive(Clone, Copy, Debug)]
enum Use<'a> {
    /// The venue's servers.
    Server,
    /// A client: CN, and OU where the control port reads a role from it.
    Client {
        name: &'a str,
        role: Option<&'a str>,
    },
}

/// The development CA and everything that it signed.
pub struct Pki {
    folder: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl Pki {
    /// Finds the CA in `folder`, or makes it there.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn open(folder: &Path) -> Result<Self, PkiError> {
        private_file::folder(folder).map_err(|e| file(folder, e))?;
        let ca = Identity {
            cert: folder.join("ca.pem"),
            key: folder.join("ca.key"),
        };
        // The key is written first: a CA whose certificate exists is complete.
        let key = if ca.cert.exists() {
            key(&ca.key, folder)?
        } else {
            let key = KeyPair::generate()?;
            let certificate = ca_params().self_signed(&key)?;
            write(&ca, &key, &certificate.pem())?;
            key
        };
        // Name and key are all that signing needs, and the name is always the same.
        Ok(Self {
            issuer: Issuer::new(ca_params(), key),
            folder: folder.to_owned(),
        })
    }

    /// PEM certificate of the CA.
    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// The venue's own certificate.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn server(&self) -> Result<Identity, PkiError> {
        self.identity("server", Use::Server)
    }

    /// A client of the control port in `role` (`operator`, `service` or `viewer`).
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn client(&self, role: &str) -> Result<Identity, PkiError> {
        let used = Use::Client {
            name: role,
            role: Some(role),
        };
        self.identity(role, used)
    }

    /// A second operator, for what one alone may not do.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn second_operator(&self) -> Result<Identity, PkiError> {
        let used = Use::Client {
            name: "operator2",
            role: Some("operator"),
        };
        self.identity("operator2", used)
    }

    /// A client of the FIX port.
    ///
    /// # Errors
    /// [`PkiError`].
    pub fn participant(&self, comp_id: &str) -> Result<Identity, PkiError> {
        let used = Use::Client {
            name: comp_id,
            role: None,
        };
        private_file::folder(&self.folder.join("participants"))
            .map_err(|e| file(&self.folder, e))?;
        self.identity(&format!("participants/{}", file_name(comp_id)), used)
    }

    /// Finds the certificate with this file name, or makes it.
    fn identity(&self, name: &str, used: Use<'_>) -> Result<Identity, PkiError> {
        let identity = Identity {
            cert: self.folder.join(format!("{name}.pem")),
            key: self.folder.join(format!("{name}.key")),
        };
        if identity.cert.exists() {
            key(&identity.key, &self.folder)?;
            return Ok(identity);
        }
        let key = KeyPair::generate()?;
        let certificate = params(used)?.signed_by(&key, &self.issuer)?;
        write(&identity, &key, &certificate.pem())?;
        Ok(identity)
    }
}

fn ca_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = name("Loggia development CA", None);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    validity(&mut params);
    params
}

fn params(used: Use<'_>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = match used {
        Use::Server => {
            let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
            let mut params = CertificateParams::new(names)?;
            params.distinguished_name = name("localhost", None);
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            params
        }
        Use::Client { name: cn, role } => {
            let mut params = CertificateParams::default();
            params.distinguished_name = name(cn, role);
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            params
        }
    };
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    validity(&mut params);
    Ok(params)
}

fn name(common_name: &str, unit: Option<&str>) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, "Loggia development");
    if let Some(unit) = unit {
        name.push(DnType::OrganizationalUnitName, unit);
    }
    name.push(DnType::CommonName, common_name);
    name
}

fn validity(params: &mut CertificateParams) {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    // Whole days: a certificate's times have no fractions.
    let today = now / SECS_PER_DAY;
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let days = |days: u64| Duration::from_secs(days * SECS_PER_DAY);
    params.not_before = epoch + days(today.saturating_sub(BACKDATED_DAYS));
    params.not_after = epoch + days(today + VALID_DAYS);
}

/// The key first, then the certificate: what exists is complete.
fn write(identity: &Identity, key: &KeyPair, certificate: &str) -> Result<(), PkiError> {
    private_file::write(&identity.key, key.serialize_pem().as_bytes())
        .map_err(|e| file(&identity.key, e))?;
    private_file::write(&identity.cert, certificate.as_bytes()).map_err(|e| file(&identity.cert, e))
}

fn key(path: &Path, folder: &Path) -> Result<KeyPair, PkiError> {
    let pem = fs::read_to_string(path).map_err(|e| file(path, e))?;
    KeyPair::from_pem(&pem).map_err(|e| PkiError::Damaged {
        path: path.to_owned(),
        why: e.to_string(),
        folder: folder.to_owned(),
    })
}

/// A CompID as a file name: everything but letters, digits, `-` and `_` becomes `%` and its code, so that no two CompIDs share
/// a file and none leaves the folder.
fn file_name(comp_id: &str) -> String {
    let mut name = String::new();
    for byte in comp_id.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    name
}

fn file(path: &Path, source: io::Error) -> PkiError {
    PkiError::File {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once_and_found_again() {
        let dir = tempfile::tempdir().unwrap();
        let first = Pki::open(dir.path()).unwrap();
        let bot = first.participant("BOT01").unwrap();
        let print = bot.fingerprint().unwrap();
        let ca = fs::read(first.ca()).unwrap();
        let again = Pki::open(dir.path()).unwrap();
        assert_eq!(
            again.participant("BOT01").unwrap().fingerprint().unwrap(),
            print
        );
        assert_eq!(fs::read(again.ca()).unwrap(), ca);
        assert_ne!(
            again.participant("BOT02").unwrap().fingerprint().unwrap(),
            print
        );
    }

    #[test]
    fn a_damaged_key_is_named() {
        let dir = tempfile::tempdir().unwrap();
        Pki::open(dir.path()).unwrap();
        fs::write(dir.path().join("ca.key"), "nothing").unwrap();
        let Err(error) = Pki::open(dir.path()) else {
            panic!("a damaged key was taken")
        };
        assert!(error.to_string().contains("ca.key"), "{error}");
    }

    #[test]
    fn comp_ids_stay_in_their_folder() {
        assert_eq!(file_name("../a b"), "%2E%2E%2Fa%20b");
        assert_eq!(file_name("BOT_1-x"), "BOT_1-x");
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_their_owners_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let server = Pki::open(dir.path()).unwrap().server().unwrap();
        let mode = fs::metadata(server.key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

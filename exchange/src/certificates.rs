//! [`Certificates`]: the PEM files of `[tls]` as the TLS of the ports: read at the start, and again whenever the operator says so. What
//! cannot be used changes nothing. It knows no session; who is connected with a certificate that is revoked now is the ports' matter.

use crate::config::TlsConfig;
use crate::revoked::{Lists, Revoked};
use fix_engine::io::tls::live::LiveTls;
use fix_engine::io::tls::{ClientCertificates, Identity, ServerTls, TlsError, Versions};
use rustls::ServerConfig;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The TLS of the ports, replaceable while they are open. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Certificates {
    config: TlsConfig,
    /// For FIX: takes client certificates, does not insist.
    pub fix: LiveTls,
    /// For the control port: insists.
    pub control: LiveTls,
    /// Client certificates that are revoked now.
    pub revoked: Revoked,
}

/// Why the files cannot be used. The operator is to blame.
#[derive(Debug, thiserror::Error)]
pub enum CertificatesError {
    /// A file cannot be read.
    #[error("tls.{key} = {path}: {source}")]
    File {
        /// The key of the configuration.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// Certificates, key and lists do not make a server.
    #[error("[tls]: {0}")]
    Tls(#[from] TlsError),
}

/// What the files say.
struct Read {
    fix: Arc<ServerConfig>,
    control: Arc<ServerConfig>,
    revoked: Lists,
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    /// A [`CertificatesError`] naming key and file.
    pub fn open(config: TlsConfig) -> Result<Self, CertificatesError> {
        let Read {
            fix,
            control,
            revoked: lists,
        } = read(&config)?;
        let revoked = Revoked::default();
        revoked.replace(lists);
        Ok(Self {
            config,
            fix: LiveTls::new(fix),
            control: LiveTls::new(control),
            revoked,
        })
    }

    /// Reads the files again; they count for every handshake from now on. How many certificates are revoked.
    ///
    /// # Errors
    /// A [`CertificatesError`]; everything is as before then.
    pub fn reload(&self) -> Result<usize, CertificatesError> {
        let Read {
            fix,
            control,
            revoked,
        } = read(&self.config)?;
        let count = revoked.len();
        self.fix.replace(fix);
        self.control.replace(control);
        self.revoked.replace(revoked);
        Ok(count)
    }
}

fn read(config: &TlsConfig) -> Result<Read, CertificatesError> {
    let authorities = read_pem("ca", &config.ca)?;
    let certificates = read_pem("cert", &config.cert)?;
    let key = read_pem("key", &config.key)?;
    let mut lists = Vec::new();
    for path in &config.crl {
        lists.extend(read_pem("crl", path)?);
        lists.push(b'\n');
    }
    let authorities = &authorities;
    let server = |clients| {
        let tls = ServerTls {
            identity: Identity {
                certificates: &certificates,
                key: &key,
            },
            clients,
            revoked: (!config.crl.is_empty()).then_some(&lists),
            versions: Versions::Both,
        };
        tls.config()
    };
    Ok(Read {
        fix: server(ClientCertificates::Optional { authorities })?,
        control: server(ClientCertificates::Required { authorities })?,
        revoked: Lists::read(&lists)?,
    })
}

fn read_pem(key: &'static str, path: &Path) -> Result<Vec<u8>, CertificatesError> {
    std::fs::read(path).map_err(|source| CertificatesError::File {
        key,
        path: path.to_owned(),
        source,
    })
}

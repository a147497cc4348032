//! TLS 1.2 and 1.3 by rustls with the ring provider. In: certificates and keys as PEM. Out: configurations for either
//! side, and the fingerprint of a peer's certificate. Reads no file: the caller does.

use std::fmt;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// Whether a server asks its clients for certificates.
#[derive(Debug, Clone, Copy)]
pub enum ClientCertificates<'a> {
    /// It does not.
    Off,
    /// A client may show one; if it does, one of these authorities (PEM) must have signed it.
    Optional {
        /// The authorities' certificates, PEM.
        authorities: &'a [u8],
    },
    /// A client must show one that one of these authorities has signed.
    Required {
        /// The authorities' certificates, PEM.
        authorities: &'a [u8],
    },
}

/// A certificate chain and its private key, PEM.
#[derive(Clone, Copy)]
pub struct Identity<'a> {
    /// The certificate, and behind it those that lead to the authority.
    pub certificates: &'a [u8],
    /// The private key of the first certificate.
    pub key: &'a [u8],
}

/// SHA-256 of a certificate in DER.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

/// What is wrong with certificates or keys; the operator is to blame.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The PEM text has no certificate, or a malformed one.
    #[error("{what}: {why}")]
    Pem {
        /// Which text.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// rustls refuses certificates and key.
    #[error("certificate and key cannot be used: {0}")]
    Unusable(String),
}

/// The configuration of a server.
///
/// # Errors
/// [`TlsError`] says what is wrong with certificates or key.
pub fn server_config(
    identity: Identity<'_>,
    clients: ClientCertificates<'_>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let builder = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .map_err(unusable)?;
    let builder = match clients {
        ClientCertificates::Off => builder.with_no_client_auth(),
        ClientCertificates::Optional { authorities } => {
            let verifier =
                WebPkiClientVerifier::builder_with_provider(roots(authorities)?, provider());
            builder.with_client_cert_verifier(
                verifier.allow_unauthenticated().build().map_err(unusable)?,
            )
        }
        ClientCertificates::Required { authorities } => {
            let verifier =
                WebPkiClientVerifier::builder_with_provider(roots(authorities)?, provider());
            builder.with_client_cert_verifier(verifier.build().map_err(unusable)?)
        }
    };
    let (certificates, key) = identity.read()?;
    Ok(Arc::new(
        builder
            .with_single_cert(certificates, key)
            .map_err(unusable)?,
    ))
}

/// The configuration of a client that trusts `authorities` (PEM) and, where it has one, shows its own certificate.
///
/// # Errors
/// [`TlsError`] says what is wrong with certificates or key.
pub fn client_config(
    authorities: &[u8],
    identity: Option<Identity<'_>>,
) -> Result<Arc<ClientConfig>, TlsError> {
    let verifier = WebPkiServerVerifier::builder_with_provider(roots(authorities)?, provider());
    let builder = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(rustls::ALL_VERSIONS)
        .map_err(unusable)?
        .with_webpki_verifier(verifier.build().map_err(unusable)?);
    let config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let (certificates, key) = identity.read()?;
            builder
                .with_client_auth_cert(certificates, key)
                .map_err(unusable)?
        }
    };
    Ok(Arc::new(config))
}

impl Identity<'_> {
    fn read(self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
        let key = PrivateKeyDer::from_pem_slice(self.key);
        let key = key.map_err(|error| TlsError::Pem {
            what: "private key",
            why: error.to_string(),
        })?;
        Ok((certificates("certificate", self.certificates)?, key))
    }
}

impl fmt::Debug for Identity<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Identity(***)")
    }
}

impl Fingerprint {
    /// The fingerprint of a certificate.
    #[must_use]
    pub fn of(certificate: &CertificateDer<'_>) -> Fingerprint {
        Fingerprint(Sha256::digest(certificate.as_ref()).into())
    }

    /// The fingerprint of the first certificate in a PEM text.
    ///
    /// # Errors
    /// [`TlsError::Pem`] where there is none.
    pub fn of_pem(pem: &[u8]) -> Result<Fingerprint, TlsError> {
        certificates("certificate", pem).map(|certificates| Fingerprint::of(&certificates[0]))
    }

    /// Reads 64 hexadecimal digits; colons between them are ignored.
    #[must_use]
    pub fn parse(text: &str) -> Option<Fingerprint> {
        let digits: Option<Vec<u8>> = text
            .chars()
            .filter(|character| *character != ':')
            .map(|character| {
                character
                    .to_digit(16)
                    .and_then(|digit| u8::try_from(digit).ok())
            })
            .collect();
        let digits = digits.filter(|digits| digits.len() == 64)?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Some(Fingerprint(bytes))
    }
}

impl fmt::Display for Fingerprint {
    /// 64 lower-case hexadecimal digits.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Fingerprint({self})")
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn roots(authorities: &[u8]) -> Result<Arc<RootCertStore>, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates("certificate authority", authorities)? {
        roots.add(certificate).map_err(unusable)?;
    }
    Ok(Arc::new(roots))
}

/// The certificates of a PEM text, at least one.
fn certificates(what: &'static str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let certificates = certificates.map_err(|error| TlsError::Pem {
        what,
        why: error.to_string(),
    })?;
    if certificates.is_empty() {
        return Err(TlsError::Pem {
            what,
            why: "the text holds no certificate".to_owned(),
        });
    }
    Ok(certificates)
}

fn unusable(error: impl fmt::Display) -> TlsError {
    TlsError::Unusable(error.to_string())
}

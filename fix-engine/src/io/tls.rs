//! TLS 1.2 and 1.3 by rustls with the ring provider. In: certificates, keys and revocation lists as PEM. Out: configurations for
//! either side, and who a peer's certificate says it is. Reads no file: the caller does.
//!
//! | module | what flows |
//! |---|---|
//! | `certificate` | a peer's certificate → its names; a CompID's binding → whether the certificate meets it |
//! | `fingerprint` | a certificate ↔ its SHA-256 |
//! | [`live`] | a port's configuration, replaced without a restart |

use std::sync::Arc;

use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{ClientConfig, ServerConfig, SupportedProtocolVersion};

pub mod live;

mod certificate;
mod error;
mod fingerprint;
mod pem;

pub use certificate::{CertificateBinding, PeerCertificate};
pub use error::TlsError;
pub use fingerprint::Fingerprint;
pub use pem::Identity;

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

/// Which versions of TLS are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Versions {
    /// 1.2 and 1.3, the newer one where both sides know it. The default.
    #[default]
    Both,
    /// 1.2 alone.
    Tls12,
    /// 1.3 alone.
    Tls13,
}

/// A server's TLS.
#[derive(Debug, Clone, Copy)]
pub struct ServerTls<'a> {
    /// Its certificate and key.
    pub identity: Identity<'a>,
    /// Whether clients show certificates.
    pub clients: ClientCertificates<'a>,
    /// Revocation lists (CRL) of the clients' authorities, PEM, one behind the other. With a list every certificate of a client's chain
    /// must be spoken for: an authority without a list is refused. A list counts until it is replaced, even past its
    /// nextUpdate: to stop trading because nobody renewed a list is the operator's decision, not ours. `None`: nobody is revoked.
    pub revoked: Option<&'a [u8]>,
    /// Which versions it speaks.
    pub versions: Versions,
}

/// A client's TLS.
#[derive(Debug, Clone, Copy)]
pub struct ClientTls<'a> {
    /// Whom it trusts, PEM.
    pub authorities: &'a [u8],
    /// The certificate that it shows where it is asked for one.
    pub identity: Option<Identity<'a>>,
    /// Which versions it speaks.
    pub versions: Versions,
}

impl ServerTls<'_> {
    /// The configuration; give it to [`live::LiveTls`] to replace it later.
    ///
    /// # Errors
    /// [`TlsError`] says what is wrong with certificates, key or lists.
    pub fn config(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let builder = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(self.versions.spoken())
            .map_err(pem::unusable)?;
        let builder = match self.verifier()? {
            None => builder.with_no_client_auth(),
            Some(verifier) => builder.with_client_cert_verifier(verifier),
        };
        let (certificates, key) = self.identity.read()?;
        let config = builder.with_single_cert(certificates, key);
        Ok(Arc::new(config.map_err(pem::unusable)?))
    }

    fn verifier(&self) -> Result<Option<Arc<dyn ClientCertVerifier>>, TlsError> {
        let (authorities, is_required) = match self.clients {
            ClientCertificates::Off => return Ok(None),
            ClientCertificates::Optional { authorities } => (authorities, false),
            ClientCertificates::Required { authorities } => (authorities, true),
        };
        let roots = pem::roots(authorities)?;
        let mut builder = WebPkiClientVerifier::builder_with_provider(roots, provider());
        if let Some(revoked) = self.revoked {
            builder = builder.with_crls(pem::revocation_lists(revoked)?);
        }
        if !is_required {
            builder = builder.allow_unauthenticated();
        }
        builder.build().map(Some).map_err(pem::unusable)
    }
}

impl ClientTls<'_> {
    /// The configuration.
    ///
    /// # Errors
    /// [`TlsError`] says what is wrong with certificates or key.
    pub fn config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        let roots = pem::roots(self.authorities)?;
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider());
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(self.versions.spoken())
            .map_err(pem::unusable)?
            .with_webpki_verifier(verifier.build().map_err(pem::unusable)?);
        let mut config = match self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let (certificates, key) = identity.read()?;
                let config = builder.with_client_auth_cert(certificates, key);
                config.map_err(pem::unusable)?
            }
        };
        // FIX connections are few and long: a whole handshake each costs nothing. And QuickFIX's acceptor, which asks for
        // certificates without a session id context, ends a resumed handshake with the alert internal_error.
        config.resumption = Resumption::disabled();
        Ok(Arc::new(config))
    }
}

/// The configuration of a server that revokes nobody and speaks both versions.
///
/// # Errors
/// [`TlsError`] says what is wrong with certificates or key.
pub fn server_config(
    identity: Identity<'_>,
    clients: ClientCertificates<'_>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let tls = ServerTls {
        identity,
        clients,
        revoked: None,
        versions: Versions::Both,
    };
    tls.config()
}

/// The configuration of a client that trusts `authorities` (PEM), shows its own certificate where it has one, and speaks both
/// versions.
///
/// # Errors
/// [`TlsError`] says what is wrong with certificates or key.
pub fn client_config(
    authorities: &[u8],
    identity: Option<Identity<'_>>,
) -> Result<Arc<ClientConfig>, TlsError> {
    let tls = ClientTls {
        authorities,
        identity,
        versions: Versions::Both,
    };
    tls.config()
}

const ONLY_TLS12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];
const ONLY_TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];

impl Versions {
    fn spoken(self) -> &'static [&'static SupportedProtocolVersion] {
        match self {
            Versions::Both => rustls::ALL_VERSIONS,
            Versions::Tls12 => ONLY_TLS12,
            Versions::Tls13 => ONLY_TLS13,
        }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

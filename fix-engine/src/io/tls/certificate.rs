//! [`PeerCertificate`]: who a certificate says its holder is, and [`CertificateBinding`]: what a CompID's certificate must be.
//! In: a certificate that TLS has verified already. Out: its names. Trusts nobody by itself.

use std::net::IpAddr;

use rustls_pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Name;

use crate::io::tls::TlsError;
use crate::io::tls::fingerprint::Fingerprint;
use crate::io::tls::pem;

/// A peer's certificate: its hash and its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    /// SHA-256 of the certificate.
    pub fingerprint: Fingerprint,
    /// The subject in the order of the certificate, `CN=ann, O=Firm`; empty where it has none.
    pub subject: String,
    /// The common names (CN) of the subject.
    pub common_names: Vec<String>,
    /// The subject alternative names: DNS names, addresses, mail addresses and URIs, as text.
    pub alt_names: Vec<String>,
}

/// What the certificate of a CompID must be. An authority that signs for many firms proves only that the holder is one of them:
/// this says which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateBinding {
    /// This very certificate. A renewed one has another fingerprint.
    Fingerprint(Fingerprint),
    /// A certificate whose subject reads so: `CN=ann, O=Firm`. Outlives a renewal.
    Subject(String),
    /// A certificate with this common name (CN) and no other.
    CommonName(String),
    /// A certificate with this subject alternative name among others.
    AltName(String),
}

impl PeerCertificate {
    /// Reads a certificate. Names that are no text are left out; a certificate that cannot be read has no names at all.
    #[must_use]
    pub fn read(certificate: &CertificateDer<'_>) -> PeerCertificate {
        let mut peer = PeerCertificate {
            fingerprint: Fingerprint::of(certificate),
            subject: String::new(),
            common_names: Vec::new(),
            alt_names: Vec::new(),
        };
        if let Ok((_, parsed)) = X509Certificate::from_der(certificate) {
            peer.subject = parsed.subject().to_string();
            peer.common_names = common_names(parsed.subject());
            peer.alt_names = alt_names(&parsed);
        }
        peer
    }

    /// Reads the first certificate of a PEM text.
    ///
    /// # Errors
    /// [`TlsError::Pem`] where there is none.
    pub fn read_pem(text: &[u8]) -> Result<PeerCertificate, TlsError> {
        pem::certificates("certificate", text).map(|all| PeerCertificate::read(&all[0]))
    }
}

impl CertificateBinding {
    /// Whether this is the certificate that is asked for.
    #[must_use]
    pub fn is_met_by(&self, certificate: &PeerCertificate) -> bool {
        match self {
            CertificateBinding::Fingerprint(bound) => certificate.fingerprint == *bound,
            CertificateBinding::Subject(bound) => {
                !bound.is_empty() && certificate.subject == *bound
            }
            CertificateBinding::CommonName(bound) => certificate.common_names == [bound.as_str()],
            CertificateBinding::AltName(bound) => certificate.alt_names.contains(bound),
        }
    }
}

fn common_names(subject: &X509Name<'_>) -> Vec<String> {
    subject
        .iter_common_name()
        .filter_map(|name| name.as_str().ok().map(str::to_owned))
        .collect()
}

fn alt_names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(names)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let names = names.value.general_names.iter();
    names.filter_map(alt_name).collect()
}

fn alt_name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(text) | GeneralName::RFC822Name(text) | GeneralName::URI(text) => {
            Some((*text).to_owned())
        }
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::from(four));
    }
    <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from)
}

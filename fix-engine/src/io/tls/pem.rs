//! PEM texts → certificates, keys and revocation lists. Says which text is wrong, never what a key says.

use std::fmt;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use crate::io::tls::error::TlsError;

/// A certificate chain and its private key, PEM.
#[derive(Clone, Copy)]
pub struct Identity<'a> {
    /// The certificate, and behind it those that lead to the authority.
    pub certificates: &'a [u8],
    /// The private key of the first certificate.
    pub key: &'a [u8],
}

impl Identity<'_> {
    pub(super) fn read(
        self,
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), TlsError> {
        let key = PrivateKeyDer::from_pem_slice(self.key).map_err(malformed("private key"))?;
        Ok((certificates("certificate", self.certificates)?, key))
    }
}

impl fmt::Debug for Identity<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Identity(***)")
    }
}

/// The authorities of a PEM text, at least one.
pub(super) fn roots(authorities: &[u8]) -> Result<Arc<RootCertStore>, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates("certificate authority", authorities)? {
        roots.add(certificate).map_err(unusable)?;
    }
    Ok(Arc::new(roots))
}

/// The certificates of a PEM text, at least one.
pub(super) fn certificates(
    what: &'static str,
    pem: &[u8],
) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    not_empty(what, "certificate", certificates.map_err(malformed(what))?)
}

/// The revocation lists of a PEM text, at least one.
pub(super) fn revocation_lists(
    pem: &[u8],
) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
    let what = "certificate revocation list";
    let lists: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(pem).collect();
    not_empty(what, "revocation list", lists.map_err(malformed(what))?)
}

pub(super) fn unusable(error: impl fmt::Display) -> TlsError {
    TlsError::Unusable(error.to_string())
}

fn not_empty<T>(what: &'static str, item: &str, items: Vec<T>) -> Result<Vec<T>, TlsError> {
    if items.is_empty() {
        let why = format!("the text holds no {item}");
        return Err(TlsError::Pem { what, why });
    }
    Ok(items)
}

fn malformed<E: fmt::Display>(what: &'static str) -> impl Fn(E) -> TlsError {
    move |error| TlsError::Pem {
        what,
        why: error.to_string(),
    }
}

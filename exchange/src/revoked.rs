//! [`Revoked`]: which client certificates their authorities have taken back. TLS refuses them at the handshake; this is for connections that
//! stand already. In: revocation lists (CRL), PEM. Out: whether a certificate is in one. Written when the lists are read, read by everybody.

use fix_engine::io::tls::TlsError;
use rustls::pki_types::CertificateRevocationListDer;
use rustls::pki_types::pem::PemObject;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::revocation_list::CertificateRevocationList;

/// The certificates that are revoked now. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Revoked(Arc<RwLock<Lists>>);

/// Serial numbers by issuer, both as they stand in DER.
#[derive(Debug, Default)]
pub(crate) struct Lists(BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>>);

/// What names a certificate in a list: who signed it, and its number there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CertificateId {
    issuer: Vec<u8>,
    serial: Vec<u8>,
}

impl CertificateId {
    /// Of a certificate (DER); `None` when it cannot be read.
    pub(crate) fn of(certificate: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
        Some(Self {
            issuer: certificate.issuer().as_raw().to_vec(),
            serial: certificate.raw_serial().to_vec(),
        })
    }
}

impl Lists {
    /// Reads the lists of a PEM text.
    ///
    /// # Errors
    /// [`TlsError::Pem`] says what is wrong.
    pub(crate) fn read(pem: &[u8]) -> Result<Self, TlsError> {
        let mut all: BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>> = BTreeMap::new();
        for der in CertificateRevocationListDer::pem_slice_iter(pem) {
            let der = der.map_err(malformed)?;
            let (_, list) = CertificateRevocationList::from_der(der.as_ref()).map_err(malformed)?;
            let of_issuer = all.entry(list.issuer().as_raw().to_vec()).or_default();
            let serials = list.iter_revoked_certificates();
            of_issuer.extend(serials.map(|revoked| revoked.raw_serial().to_vec()));
        }
        Ok(Self(all))
    }

    /// How many certificates are in them.
    pub(crate) fn len(&self) -> usize {
        self.0.values().map(BTreeSet::len).sum()
    }
}

impl Revoked {
    /// Whether this certificate is revoked.
    pub(crate) fn contains(&self, certificate: &CertificateId) -> bool {
        let lists = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let serials = lists.0.get(&certificate.issuer);
        serials.is_some_and(|serials| serials.contains(&certificate.serial))
    }

    /// These lists count from now on.
    pub(crate) fn replace(&self, lists: Lists) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = lists;
    }
}

fn malformed(why: impl std::fmt::Display) -> TlsError {
    TlsError::Pem {
        what: "certificate revocation list",
        why: why.to_string(),
    }
}

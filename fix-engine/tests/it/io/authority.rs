//! A certificate authority for one test. In: names. Out: certificates, keys and revocation lists as PEM.

use std::sync::atomic::{AtomicU64, Ordering};

use fix_engine::io::tls::Identity;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, IsCa, Issuer, KeyIdMethod, KeyPair, RevokedCertParams, SerialNumber, date_time_ymd,
};

/// An authority; its certificates have serial numbers from 1.
pub(super) struct Authority {
    pub(super) pem: String,
    issuer: Issuer<'static, KeyPair>,
    issued: AtomicU64,
}

/// A certificate and its key.
pub(super) struct Issued {
    pub(super) certificate: String,
    pub(super) key: String,
    serial: u64,
}

impl Authority {
    pub(super) fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("random numbers");
        let certificate = params.self_signed(&key).expect("a good request");
        Authority {
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
            issued: AtomicU64::new(0),
        }
    }

    /// A certificate for this name and the loopback address.
    pub(super) fn issue(&self, name: &str) -> Issued {
        let serial = self.issued.fetch_add(1, Ordering::Relaxed) + 1;
        let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned(), name.to_owned()])
            .expect("good names");
        params.serial_number = Some(SerialNumber::from(serial));
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("random numbers");
        let certificate = params
            .signed_by(&key, &self.issuer)
            .expect("a good request");
        Issued {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
            serial,
        }
    }

    /// A list that revokes these.
    pub(super) fn revoke(&self, revoked: &[&Issued]) -> String {
        let revoked = revoked.iter().map(|issued| RevokedCertParams {
            serial_number: SerialNumber::from(issued.serial),
            revocation_time: date_time_ymd(2026, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 1, 1),
            next_update: date_time_ymd(2096, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = params.signed_by(&self.issuer).expect("a good list");
        list.pem().expect("PEM can hold any list")
    }
}

impl Issued {
    pub(super) fn identity(&self) -> Identity<'_> {
        Identity {
            certificates: self.certificate.as_bytes(),
            key: self.key.as_bytes(),
        }
    }
}

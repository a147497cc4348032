//! [`Caller`]: who is at the other end of a connection, by its certificate. In: a certificate that the venue's authority has signed.
//! Out: a name and a role.

use crate::control::failure::Failure;
use crate::revoked::{CertificateId, Revoked};
use axum::extract::connect_info::Connected;
use axum::serve::IncomingStream;
use journal::entry::Origin;
use market::text::Text;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

/// What a caller may do: the organisational unit (OU) of its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// `operator`: everything.
    Operator,
    /// `viewer`: look.
    Viewer,
    /// `service`: another program of the venue: accounts and transfers.
    Service,
}

/// Who asks.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Where it comes from.
    pub(crate) address: SocketAddr,
    /// Its name and role; `None` when the certificate gives none.
    identity: Option<(Text<40>, Role)>,
    /// What names its certificate in a revocation list.
    certificate: Option<CertificateId>,
    /// Certificates that are revoked.
    revoked: Revoked,
    /// Its place among the connections; given back with the connection.
    _place: Arc<OwnedSemaphorePermit>,
}

impl Caller {
    /// The holder of a certificate (DER).
    pub(crate) fn new(
        address: SocketAddr,
        certificate: Option<&[u8]>,
        revoked: Revoked,
        place: OwnedSemaphorePermit,
    ) -> Self {
        Self {
            address,
            identity: certificate.and_then(identity),
            certificate: certificate.and_then(CertificateId::of),
            revoked,
            _place: Arc::new(place),
        }
    }

    /// The origin of what it asks, if its role is among `roles`. A certificate that was revoked since the handshake has none.
    pub(crate) fn must_be(&self, roles: &[Role]) -> Result<Origin, Failure> {
        let certificate = self.certificate.as_ref();
        if certificate.is_some_and(|certificate| self.revoked.contains(certificate)) {
            return Err(Failure::Forbidden);
        }
        match self.identity {
            Some((name, role)) if roles.contains(&role) => Ok(match role {
                Role::Service => Origin::Service { name },
                Role::Operator | Role::Viewer => Origin::Operator { name },
            }),
            _ => Err(Failure::Forbidden),
        }
    }

    /// Its name, for the log.
    pub(crate) fn name(&self) -> &str {
        self.identity
            .as_ref()
            .map_or("?", |(name, _)| name.as_str())
    }
}

impl Connected<IncomingStream<'_, super::Door>> for Caller {
    fn connect_info(stream: IncomingStream<'_, super::Door>) -> Self {
        stream.remote_addr().clone()
    }
}

fn identity(certificate: &[u8]) -> Option<(Text<40>, Role)> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let subject = certificate.subject();
    let name = subject.iter_common_name().next()?.as_str().ok()?;
    let role = match subject.iter_organizational_unit().next()?.as_str().ok()? {
        "operator" => Role::Operator,
        "viewer" => Role::Viewer,
        "service" => Role::Service,
        _ => return None,
    };
    Some((Text::new(name).ok()?, role))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::revoked::Lists;
    use rcgen::{CertificateParams, DnType, Issuer, KeyPair};

    /// The number of the operator's certificate.
    const SERIAL: u64 = 7;

    /// An authority that revokes.
    pub(crate) struct Authority {
        issuer: Issuer<'static, KeyPair>,
        revoked: Revoked,
    }

    impl Authority {
        /// An operator, and who can revoke its certificate.
        pub(crate) fn with_operator() -> (Self, Caller) {
            let mut params = CertificateParams::new(Vec::new()).expect("parameters");
            params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
            let key = KeyPair::generate().expect("a key");
            let issuer = Issuer::new(params, key);
            let mut params = named("ann", "operator");
            params.serial_number = Some(SERIAL.into());
            let key = KeyPair::generate().expect("a key");
            let ann = params.signed_by(&key, &issuer).expect("a certificate");
            let places = Arc::new(tokio::sync::Semaphore::new(1));
            let place = places.try_acquire_owned().expect("a place");
            let revoked = Revoked::default();
            let address = SocketAddr::from(([127, 0, 0, 1], 1));
            let caller = Caller::new(address, Some(ann.der()), revoked.clone(), place);
            (Self { issuer, revoked }, caller)
        }

        /// Revokes the operator's certificate.
        pub(crate) fn revoke(&self) {
            self.revoke_serial(SERIAL);
        }

        fn revoke_serial(&self, serial: u64) {
            let list = rcgen::CertificateRevocationListParams {
                this_update: rcgen::date_time_ymd(2026, 1, 1),
                next_update: rcgen::date_time_ymd(2096, 1, 1),
                crl_number: 1_u64.into(),
                issuing_distribution_point: None,
                revoked_certs: vec![rcgen::RevokedCertParams {
                    serial_number: serial.into(),
                    revocation_time: rcgen::date_time_ymd(2026, 1, 1),
                    reason_code: None,
                    invalidity_date: None,
                }],
                key_identifier_method: rcgen::KeyIdMethod::Sha256,
            };
            let list = list.signed_by(&self.issuer).expect("a list");
            let pem = list.pem().expect("PEM");
            let lists = Lists::read(pem.as_bytes()).expect("lists");
            self.revoked.replace(lists);
        }
    }

    fn named(common_name: &str, unit: &str) -> CertificateParams {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        let name = &mut params.distinguished_name;
        name.push(DnType::CommonName, common_name);
        name.push(DnType::OrganizationalUnitName, unit);
        params
    }

    fn certificate(common_name: &str, unit: &str) -> Vec<u8> {
        let key = KeyPair::generate().expect("a key");
        let certificate = named(common_name, unit).self_signed(&key);
        certificate.expect("a certificate").der().to_vec()
    }

    #[test]
    fn a_certificate_that_is_revoked_while_it_is_connected_may_nothing_more() {
        let (authority, caller) = Authority::with_operator();
        assert!(caller.must_be(&[Role::Operator]).is_ok());
        for (serial, is_in) in [(SERIAL + 1, true), (SERIAL, false)] {
            authority.revoke_serial(serial);
            assert_eq!(caller.must_be(&[Role::Operator]).is_ok(), is_in, "{serial}");
        }
    }

    #[test]
    fn the_certificate_says_name_and_role() {
        let (name, role) = identity(&certificate("ann", "operator")).expect("an identity");
        assert_eq!((name.as_str(), role), ("ann", Role::Operator));
        assert_eq!(identity(&certificate("ann", "cleaner")), None);
        assert_eq!(identity(b"no certificate"), None);
    }
}

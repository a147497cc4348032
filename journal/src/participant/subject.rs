//! [`CertSubject`]: what the subject of a participant's certificate must say, written `CN=DESK1` or `CN=DESK1, O=Example Ltd`. In: a
//! certificate (DER) whose chain and signature TLS has checked. Out: whether it is meant. Pure.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use x509_parser::certificate::X509Certificate;
use x509_parser::der_parser::Oid;
use x509_parser::oid_registry as oid;
use x509_parser::prelude::FromDer;

/// Bytes of the text at most.
const TEXT_MAX_BYTES: usize = 512;

/// Attributes of a subject with the value that each must have. A subject may have others beside them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertSubject(Vec<(Attribute, String)>);

/// A text is not a subject. The operator is to blame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertSubjectError {
    /// Nothing is asked for: every certificate of the authority would fit.
    #[error("a subject names at least one attribute, for instance CN=DESK1")]
    Empty,
    /// Longer than any subject.
    #[error("a subject has at most {TEXT_MAX_BYTES} bytes")]
    TooLong,
    /// No `NAME=value`.
    #[error("{0:?} is not NAME=value")]
    NoValue(String),
    /// An attribute that is not known here.
    #[error("{0:?} is none of CN, O, OU, L, ST, C, SERIALNUMBER")]
    Attribute(String),
    /// The same attribute twice.
    #[error("{0} stands there twice")]
    Twice(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attribute {
    CommonName,
    Organization,
    OrganizationalUnit,
    Locality,
    State,
    Country,
    SerialNumber,
}

const ATTRIBUTES: [Attribute; 7] = [
    Attribute::CommonName,
    Attribute::Organization,
    Attribute::OrganizationalUnit,
    Attribute::Locality,
    Attribute::State,
    Attribute::Country,
    Attribute::SerialNumber,
];

impl Attribute {
    /// Its short name (RFC 4514).
    const fn name(self) -> &'static str {
        match self {
            Self::CommonName => "CN",
            Self::Organization => "O",
            Self::OrganizationalUnit => "OU",
            Self::Locality => "L",
            Self::State => "ST",
            Self::Country => "C",
            Self::SerialNumber => "SERIALNUMBER",
        }
    }

    const fn oid(self) -> Oid<'static> {
        match self {
            Self::CommonName => oid::OID_X509_COMMON_NAME,
            Self::Organization => oid::OID_X509_ORGANIZATION_NAME,
            Self::OrganizationalUnit => oid::OID_X509_ORGANIZATIONAL_UNIT,
            Self::Locality => oid::OID_X509_LOCALITY_NAME,
            Self::State => oid::OID_X509_STATE_OR_PROVINCE_NAME,
            Self::Country => oid::OID_X509_COUNTRY_NAME,
            Self::SerialNumber => oid::OID_X509_SERIALNUMBER,
        }
    }
}

impl CertSubject {
    /// Whether the subject of this certificate (DER) has each attribute exactly once, with exactly this value. One that has it twice
    /// does not fit: it would be two names at once.
    pub fn fits(&self, certificate: &[u8]) -> bool {
        let Ok((_, certificate)) = X509Certificate::from_der(certificate) else {
            return false;
        };
        let subject = certificate.subject();
        self.0.iter().all(|(attribute, wanted)| {
            let oid = attribute.oid();
            let mut found = subject.iter_by_oid(&oid);
            match (found.next(), found.next()) {
                (Some(only), None) => only.as_str().is_ok_and(|value| value == wanted),
                _ => false,
            }
        })
    }
}

impl FromStr for CertSubject {
    type Err = CertSubjectError;

    /// Attributes are parted by commas; `\,` is a comma in a value and `\\` a backslash. Spaces around names and values do not count.
    fn from_str(text: &str) -> Result<Self, CertSubjectError> {
        if text.len() > TEXT_MAX_BYTES {
            return Err(CertSubjectError::TooLong);
        }
        let mut subject: Vec<(Attribute, String)> = Vec::new();
        for part in parts(text) {
            let (name, value) = part
                .split_once('=')
                .map(|(name, value)| (name.trim(), value.trim()))
                .filter(|(_, value)| !value.is_empty())
                .ok_or_else(|| CertSubjectError::NoValue(part.trim().to_owned()))?;
            let attribute = ATTRIBUTES
                .into_iter()
                .find(|one| one.name().eq_ignore_ascii_case(name))
                .ok_or_else(|| CertSubjectError::Attribute(name.to_owned()))?;
            if subject.iter().any(|(one, _)| *one == attribute) {
                return Err(CertSubjectError::Twice(attribute.name()));
            }
            subject.push((attribute, value.to_owned()));
        }
        if subject.is_empty() {
            return Err(CertSubjectError::Empty);
        }
        Ok(Self(subject))
    }
}

/// What stands between the commas, without the backslashes.
fn parts(text: &str) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => part.extend(characters.next()),
            ',' => parts.push(std::mem::take(&mut part)),
            _ => part.push(character),
        }
    }
    if !(part.trim().is_empty() && parts.is_empty()) {
        parts.push(part);
    }
    parts
}

impl fmt::Display for CertSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (attribute, value)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let value = value.replace('\\', "\\\\").replace(',', "\\,");
            write!(f, "{comma}{}={value}", attribute.name())?;
        }
        Ok(())
    }
}

impl Serialize for CertSubject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CertSubject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair};

    fn certificate(names: &[(DnType, &str)]) -> Vec<u8> {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, value) in names {
            params.distinguished_name.push(kind.clone(), *value);
        }
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        certificate.der().to_vec()
    }

    fn subject(text: &str) -> CertSubject {
        text.parse().expect("a subject")
    }

    #[test]
    fn every_attribute_that_is_named_must_be_there_with_its_value() {
        let desk = certificate(&[
            (DnType::CommonName, "DESK1"),
            (DnType::OrganizationName, "Example, Ltd"),
            (DnType::OrganizationalUnitName, "participant"),
        ]);
        for (text, fits) in [
            ("CN=DESK1", true),
            ("cn = DESK1 , o=Example\\, Ltd", true),
            ("OU=participant", true),
            ("CN=DESK2", false),
            ("CN=desk1", false),
            ("CN=DESK1,C=CH", false),
            ("CN=DESK1,O=Example", false),
        ] {
            assert_eq!(subject(text).fits(&desk), fits, "{text}");
        }
        assert!(!subject("CN=DESK1").fits(b"no certificate"));
    }

    #[test]
    fn what_is_no_subject_is_named_with_the_reason() {
        for (text, reason) in [
            ("", "at least one attribute"),
            ("  ", "at least one attribute"),
            ("DESK1", "\"DESK1\" is not NAME=value"),
            ("CN=", "\"CN=\" is not NAME=value"),
            ("CN=DESK1,", "\"\" is not NAME=value"),
            ("UID=7", "\"UID\" is none of CN"),
            ("CN=A,CN=B", "CN stands there twice"),
            (&"x".repeat(513), "at most 512 bytes"),
        ] {
            let error = text.parse::<CertSubject>().expect_err("no subject");
            assert!(error.to_string().contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn it_reads_what_it_writes() {
        let written = subject(r"CN=a\,b\\c, O=d").to_string();
        assert_eq!(written, r"CN=a\,b\\c,O=d");
        assert_eq!(subject(&written).to_string(), written);
        let bytes = postcard::to_stdvec(&subject(&written)).expect("bytes");
        assert_eq!(postcard::from_bytes(&bytes), Ok(subject(&written)));
    }
}

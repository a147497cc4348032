//! Any text as what an operator writes of a participant (networks, a certificate's subject or fingerprint, passwords) and as a place to
//! cut at: read or refused with a reason, and what was read and written reads the same. Any bytes as a participant's certificate.
#![no_main]

use journal::cut::Accepted;
use journal::participant::Fingerprint;
use journal::participant::network::Network;
use journal::participant::new_password::{self, BadPassword};
use journal::participant::subject::CertSubject;
use libfuzzer_sys::fuzz_target;
use market::text::Text;
use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::net::IpAddr;
use std::str::FromStr;

fuzz_target!(|input: &[u8]| {
    let desk: CertSubject = "CN=DESK1,O=Example".parse().expect("a subject");
    let _fits = desk.fits(input);
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    kept::<Fingerprint>(text);
    kept::<Accepted>(text);
    if let Some(subject) = kept::<CertSubject>(text) {
        let _fits = subject.fits(input);
    }
    if let Some(network) = kept::<Network>(text) {
        let (address, _) = text.split_once('/').unwrap_or((text, ""));
        let first: IpAddr = address.parse().expect("it was read");
        assert!(network.contains(first), "its first address is not in it");
    }
    let comp_id = Text::new("DESK1").expect("plain");
    let (new, old) = text.split_once('\n').unwrap_or((text, ""));
    let contains_name = new.to_lowercase().contains("desk1");
    match new_password::check(new, Some(old), comp_id) {
        Ok(()) => assert!(new != old && !contains_name && (12..=128).contains(&new.len())),
        // A reason has no text of its own, so it cannot repeat the password; that it is true is left to see.
        Err(BadPassword::TooShort(chars)) => assert!(chars < 12 && new.len() <= 4 * chars),
        Err(BadPassword::TooLong(bytes)) => assert!(bytes > 128 && bytes == new.len()),
        Err(BadPassword::Control) => assert!(new.contains(char::is_control)),
        Err(BadPassword::Space) => {
            assert!(new.starts_with(char::is_whitespace) || new.ends_with(char::is_whitespace));
        }
        Err(BadPassword::Monotonous) => {
            assert!(new.chars().collect::<BTreeSet<char>>().len() < 5);
        }
        Err(BadPassword::Named) => assert!(contains_name),
        Err(BadPassword::Old) => assert_eq!(new, old),
    }
});

fn kept<T: FromStr<Err: Display> + Display + Debug + PartialEq>(text: &str) -> Option<T> {
    match text.parse::<T>() {
        Ok(read) => {
            let written = read.to_string();
            match written.parse::<T>() {
                Ok(again) => assert_eq!(again, read, "{written:?}"),
                Err(error) => panic!("{error}: {written:?}"),
            }
            Some(read)
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

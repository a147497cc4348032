//! Any text as what an operator writes of a participant (networks, a certificate's subject or fingerprint, passwords) and as a place to
//! cut at: read or refused with a reason, and what was read and written reads the same. Any bytes as a participant's certificate.
#![no_main]

use journal::cut::Accepted;
use journal::participant::Fingerprint;
use journal::participant::network::Network;
use journal::participant::new_password;
use journal::participant::subject::CertSubject;
use libfuzzer_sys::fuzz_target;
use market::text::Text;
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
    if let Err(why) = new_password::check(new, Some(old), comp_id) {
        assert!(
            !why.to_string().contains(new) || new.len() < 12,
            "it is repeated"
        );
    } else {
        assert!(new != old && !new.contains("DESK1"));
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

//! What a development venue prints when it is open: where, who, which password, and a line to paste. Credentials in, text out.

use crate::credentials::Credentials;
use std::fmt::Write;
use std::path::Path;

/// The text; ends with a line end. `file` is where the same stands for scripts.
pub fn text(credentials: &Credentials, file: &Path) -> String {
    let mut out = String::from("\nLoggia is open (development profile).\n\n");
    addresses(&mut out, credentials);
    participants(&mut out, credentials);
    if let Some(user) = &credentials.user {
        line(
            &mut out,
            "user",
            &format!("{}  password {}", user.email, user.password.reveal()),
        );
    }
    let symbols: Vec<&str> = credentials.instruments.iter().map(|s| s.as_str()).collect();
    if !symbols.is_empty() {
        line(&mut out, "instruments", &symbols.join(" "));
    }
    line(&mut out, "CA", &credentials.ca.display().to_string());
    if let Some(operator) = &credentials.operator {
        line(&mut out, "operator", &operator.cert.display().to_string());
    }
    line(&mut out, "for scripts", &file.display().to_string());
    if credentials.control.is_some() {
        let ask = format!(
            "cargo run -q --release -p admin-cli -- --credentials {} status",
            quoted(file)
        );
        line(&mut out, "try", &ask);
    }
    out.push('\n');
    out
}

fn addresses(out: &mut String, credentials: &Credentials) {
    if let Some(http) = credentials.http {
        line(out, "web", &format!("http://{http}"));
    }
    if let Some(fix) = &credentials.fix {
        line(
            out,
            "FIX plain",
            &format!("{}  TargetCompID {}", fix.plain, fix.target_comp_id),
        );
        line(out, "FIX TLS", &fix.tls.to_string());
    }
    if let Some(control) = credentials.control {
        line(out, "control", &format!("https://{control}"));
    }
    if let Some(metrics) = credentials.metrics {
        line(out, "metrics", &format!("http://{metrics}/metrics"));
    }
}

/// How many participants are printed: a load test lists hundreds, all of them are in the file.
const PARTICIPANTS_MAX: usize = 12;

fn participants(out: &mut String, credentials: &Credentials) {
    for participant in credentials.participants.iter().take(PARTICIPANTS_MAX) {
        let accounts: Vec<&str> = participant.accounts.iter().map(|a| a.as_str()).collect();
        let accounts = if accounts.is_empty() {
            "-".into()
        } else {
            accounts.join(",")
        };
        line(
            out,
            "participant",
            &format!(
                "{:<8} password {}  account {:<9} cert {}",
                participant.comp_id,
                participant.password.reveal(),
                accounts,
                participant.cert.display()
            ),
        );
    }
    let more = credentials
        .participants
        .len()
        .saturating_sub(PARTICIPANTS_MAX);
    if more > 0 {
        line(
            out,
            "participant",
            &format!("and {more} more in the file for scripts"),
        );
    }
}

fn line(out: &mut String, name: &str, value: &str) {
    writeln!(out, "  {name:<12} {value}").expect("writing to a String cannot fail");
}

/// A path that a shell takes as one word.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_back_office_alone_says_only_what_it_has() {
        let credentials = Credentials {
            fix: None,
            http: Some("127.0.0.1:3".parse().unwrap()),
            control: None,
            metrics: None,
            ca: "/d/ca.pem".into(),
            participants: Vec::new(),
            operator: None,
            user: None,
            instruments: Vec::new(),
        };
        let text = text(&credentials, Path::new("/d/it's here.json"));
        assert!(text.contains("web          http://127.0.0.1:3"), "{text}");
        assert!(!text.contains("FIX") && !text.contains("try"), "{text}");
    }

    #[test]
    fn paths_are_one_word_of_a_shell() {
        assert_eq!(quoted(Path::new("/a/b.json")), "/a/b.json");
        assert_eq!(quoted(Path::new("/it's x")), "'/it'\\''s x'");
    }
}

//! Participants, their sessions and the audit trail as text.

use super::{Column, Show, pairs, table};
use market::control::session::{
    AuditLine, CertPolicy, SessionDetail, SessionOutcome, SessionState,
};

impl Show for SessionDetail {
    fn table(&self) -> String {
        pairs(&lines(self))
    }
}

impl Show for SessionOutcome {
    fn table(&self) -> String {
        let head = match (self.changed, self.seq) {
            (true, Some(seq)) => format!("done, entry {seq}\n"),
            (true, None) => "done\n".to_owned(),
            (false, _) => "nothing to do: it is so already\n".to_owned(),
        };
        let mut lines = lines(&self.session);
        if let Some(canceled) = self.canceled_orders {
            lines.push(("orders cancelled", canceled.to_string()));
        }
        if let Some(password) = &self.password {
            let told = format!("{}  (shown this once)", password.reveal());
            lines.push(("password", told));
        }
        head + &pairs(&lines)
    }
}

impl Show for Vec<AuditLine> {
    fn table(&self) -> String {
        use Column::{Numbers, Words};
        let columns = [
            Numbers("ENTRY"),
            Words("TIME"),
            Words("BY"),
            Words("WHAT"),
            Words("OUTCOME"),
        ];
        let row = |line: &AuditLine| {
            vec![
                line.seq.to_string(),
                line.at.clone(),
                line.by.clone(),
                line.what.clone(),
                line.outcome.clone(),
            ]
        };
        table(&columns, self.iter().map(row))
    }
}

fn lines(session: &SessionDetail) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("comp id", session.comp_id.to_string()),
        ("state", state(session)),
        ("next in", session.next_in.to_string()),
        ("next out", session.next_out.to_string()),
    ];
    if session.reset_due {
        lines.push(("reset", "due at the next logon".to_owned()));
    }
    if session.state == SessionState::Removed {
        return lines;
    }
    lines.push(("may", rights(session)));
    lines.push(("accounts", listed(&session.accounts)));
    lines.push(("certificate", certificate(session)));
    if !session.networks.is_empty() {
        lines.push(("networks", session.networks.join(" ")));
    }
    if let Some(days) = session.password_max_age_days {
        lines.push(("password", format!("good for {days} days")));
    }
    if session.reset_on_logon {
        lines.push(("each logon", "starts at 1".to_owned()));
    }
    lines
}

fn state(session: &SessionDetail) -> String {
    match (session.state, session.reason) {
        (SessionState::Removed, _) => "removed".to_owned(),
        (SessionState::Disabled, Some(reason)) => format!("disabled: {reason}"),
        (SessionState::Disabled, None) => "disabled".to_owned(),
        (SessionState::Enabled, _) if session.logged_on => "logged on".to_owned(),
        (SessionState::Enabled, _) => "away".to_owned(),
    }
}

fn rights(session: &SessionDetail) -> String {
    match (session.orders, session.market_data) {
        (true, true) => "enter orders, see market data",
        (true, false) => "enter orders",
        (false, true) => "see market data",
        (false, false) => "nothing",
    }
    .to_owned()
}

fn listed(accounts: &[market::id::AccountName]) -> String {
    if accounts.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<_> = accounts.iter().map(ToString::to_string).collect();
    names.join(" ")
}

fn certificate(session: &SessionDetail) -> String {
    let policy = match session.client_cert {
        CertPolicy::Required => "required",
        CertPolicy::Optional => "optional",
        CertPolicy::Off => "not looked at",
    };
    let bound = [&session.cert_fingerprint, &session.cert_subject];
    let bound: Vec<_> = bound.into_iter().flatten().cloned().collect();
    if bound.is_empty() {
        policy.to_owned()
    } else {
        format!("{policy}, bound to {}", bound.join(" and "))
    }
}

//! Answers as text: tables for people, JSON for programs. Control types in, text out; it asks nobody.

mod breaker;
pub(crate) mod halt;
mod kill;
mod session;
mod settings;
mod trade;

use crate::args::Output;
use comfy_table::{Cell, CellAlignment, Table, presets};
use market::control::{BookView, InstrumentStatus, LevelView, SessionStatus, Status};
use market::instrument::Phase;
use serde::Serialize;

/// Something that can be shown both ways: as JSON by its own serialization, as a table by this trait.
pub trait Show: Serialize {
    /// For people; ends with a line end.
    fn table(&self) -> String;

    /// In the wanted form; ends with a line end.
    fn text(&self, output: Output) -> String {
        match output {
            Output::Table => self.table(),
            Output::Json => json(self),
        }
    }
}

/// A cell of a table.
pub enum Column {
    /// Words, to the left.
    Words(&'static str),
    /// Numbers, to the right.
    Numbers(&'static str),
}

/// A table without lines: a header, rows under it, two spaces between columns.
pub fn table(columns: &[Column], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(columns.iter().map(|column| match column {
        Column::Words(name) => Cell::new(name),
        Column::Numbers(name) => Cell::new(name).set_alignment(CellAlignment::Right),
    }));
    for row in rows {
        table.add_row(columns.iter().zip(row).map(|(column, text)| {
            let cell = Cell::new(printable(&text));
            match column {
                Column::Words(_) => cell,
                Column::Numbers(_) => cell.set_alignment(CellAlignment::Right),
            }
        }));
    }
    let lines: Vec<String> = table.lines().map(|l| l.trim_end().to_owned()).collect();
    // Without borders the first column keeps its padding: taken off where every line has it.
    let margin = usize::from(lines.iter().all(|l| l.is_empty() || l.starts_with(' ')));
    lines
        .iter()
        .map(|l| format!("{}\n", l.get(margin..).unwrap_or("")))
        .collect()
}

impl Show for Status {
    fn table(&self) -> String {
        pairs(&[
            ("version", self.version.clone()),
            ("epoch", self.epoch.clone()),
            ("last entry", self.last_seq.to_string()),
            ("open for", duration(self.uptime_secs)),
            ("durability", self.durability.clone()),
            (
                "sessions",
                format!(
                    "{} logged on of {}",
                    self.sessions_logged_on, self.sessions_total
                ),
            ),
            ("instruments", instruments_by_phase(self)),
            ("live orders", self.live_orders.to_string()),
            ("trades", self.trades.to_string()),
        ])
    }
}

/// Phases that are rare are named where there are any.
fn instruments_by_phase(status: &Status) -> String {
    let open = format!(
        "{} open, {} halted",
        status.instruments_open, status.instruments_halted
    );
    let rare = [
        (status.instruments_pre_open, "in pre-open"),
        (status.instruments_in_call, "in an auction"),
        (status.instruments_post_trade, "in post-trade"),
    ];
    let rare = rare.into_iter().filter(|(count, _)| *count > 0);
    let rare: String = rare
        .map(|(count, name)| format!(", {count} {name}"))
        .collect();
    format!("{open}{rare}, {} closed", status.instruments_closed)
}

impl Show for Vec<SessionStatus> {
    fn table(&self) -> String {
        use Column::{Numbers, Words};
        let columns = [
            Words("COMP ID"),
            Words("STATE"),
            Words("PEER"),
            Words("TLS"),
            Numbers("NEXT IN"),
            Numbers("NEXT OUT"),
            Numbers("IDLE"),
        ];
        table(&columns, self.iter().map(session))
    }
}

fn session(session: &SessionStatus) -> Vec<String> {
    let state = match (session.logged_on, session.disabled) {
        (true, _) => "logged on",
        (false, true) => "disabled",
        (false, false) => "away",
    };
    let tls = match (&session.peer, session.tls) {
        (None, _) => "-",
        (Some(_), true) => "yes",
        (Some(_), false) => "no",
    };
    vec![
        session.comp_id.to_string(),
        state.into(),
        session.peer.clone().unwrap_or_else(|| "-".into()),
        tls.into(),
        session.next_in.to_string(),
        session.next_out.to_string(),
        session.idle_secs.map_or_else(|| "-".into(), duration),
    ]
}

impl Show for Vec<InstrumentStatus> {
    fn table(&self) -> String {
        instruments(self)
    }
}

impl Show for InstrumentStatus {
    fn table(&self) -> String {
        instruments(std::slice::from_ref(self))
    }
}

fn instruments(all: &[InstrumentStatus]) -> String {
    use Column::{Numbers, Words};
    let columns = [
        Words("SYMBOL"),
        Words("PHASE"),
        Numbers("LAST"),
        Words("CURRENCY"),
        Numbers("TICK"),
        Numbers("LOT"),
        Words("REASON"),
    ];
    let row = |i: &InstrumentStatus| {
        vec![
            i.symbol.to_string(),
            phase(i.phase).into(),
            i.last_px.map_or_else(|| "-".into(), |p| p.to_string()),
            i.currency.to_string(),
            i.tick.to_string(),
            i.lot.to_string(),
            i.reason.clone().unwrap_or_default(),
        ]
    };
    table(&columns, all.iter().map(row))
}

impl Show for BookView {
    fn table(&self) -> String {
        use Column::Numbers;
        let columns = [
            Numbers("ORDERS"),
            Numbers("BID QTY"),
            Numbers("BID"),
            Numbers("OFFER"),
            Numbers("OFFER QTY"),
            Numbers("ORDERS"),
        ];
        let depth = self.bids.len().max(self.offers.len());
        let rows = (0..depth).map(|i| {
            let [price, qty, orders] = level(self.bids.get(i));
            let mut row = vec![orders, qty, price];
            row.extend(level(self.offers.get(i)));
            row
        });
        let head = format!(
            "{}: {}, entry {}\n",
            self.symbol,
            phase(self.phase),
            self.seq
        );
        if depth == 0 {
            return head + "no orders\n";
        }
        let more = if self.more {
            "and more: see --depth\n"
        } else {
            ""
        };
        head + &table(&columns, rows) + more
    }
}

fn level(level: Option<&LevelView>) -> [String; 3] {
    level.map_or_else(Default::default, |l| {
        [l.price.to_string(), l.qty.to_string(), l.orders.to_string()]
    })
}

const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Open => "open",
        Phase::Halted => "halted",
        Phase::Closed => "closed",
        Phase::PreOpen => "pre-open",
        Phase::OpeningAuction => "opening auction",
        Phase::IntradayAuction => "intraday auction",
        Phase::VolatilityAuction => "volatility auction",
        Phase::ClosingAuction => "closing auction",
        Phase::PostTrade => "post-trade",
    }
}

/// Names and values, a line each.
pub fn pairs(pairs: &[(&str, String)]) -> String {
    let width = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    pairs
        .iter()
        .map(|(name, value)| format!("{name:width$}  {}\n", printable(value)))
        .collect()
}

/// Pretty JSON with a line end.
pub fn json<T: Serialize + ?Sized>(value: &T) -> String {
    let mut text = serde_json::to_string_pretty(value)
        .expect("the shown types have string keys and cannot fail to serialize");
    text.push('\n');
    text
}

/// Seconds as `1d 02:03:04`.
fn duration(secs: u64) -> String {
    let (days, rest) = (secs / 86_400, secs % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", rest / 3_600, rest / 60 % 60, rest % 60);
    if days == 0 {
        clock
    } else {
        format!("{days}d {clock}")
    }
}

/// A text from elsewhere that cannot move the cursor of a terminal.
pub fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let escaped = c.is_control().then(|| c.escape_default());
            let plain = (!c.is_control()).then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> BookView {
        let level = |price: &str, qty: &str, orders| LevelView {
            price: price.parse().unwrap(),
            qty: qty.parse().unwrap(),
            orders,
        };
        BookView {
            symbol: "ACME".parse().unwrap(),
            phase: Phase::Open,
            seq: 7,
            bids: vec![level("9.99", "100", 2), level("9.5", "7", 1)],
            offers: vec![level("10.01", "3", 1)],
            more: false,
        }
    }

    #[test]
    fn a_book_has_bids_left_and_offers_right() {
        assert_eq!(
            book().table(),
            "ACME: open, entry 7\n\
             ORDERS  BID QTY   BID  OFFER  OFFER QTY  ORDERS\n\
             \u{20}    2      100  9.99  10.01          3       1\n\
             \u{20}    1        7   9.5\n"
        );
        let part = BookView {
            more: true,
            ..book()
        };
        assert_eq!(part.table(), book().table() + "and more: see --depth\n");
    }

    #[test]
    fn json_is_the_control_type() {
        let text = book().text(Output::Json);
        let back: BookView = serde_json::from_str(&text).unwrap();
        assert_eq!(back, book());
    }

    #[test]
    fn an_idle_session_shows_dashes() {
        let away = SessionStatus {
            comp_id: "BOT01".parse().unwrap(),
            logged_on: false,
            peer: None,
            tls: false,
            next_in: 1,
            next_out: 12,
            idle_secs: None,
            disabled: false,
        };
        assert_eq!(
            vec![away].table(),
            "COMP ID  STATE  PEER  TLS  NEXT IN  NEXT OUT  IDLE\n\
             BOT01    away   -     -          1        12     -\n"
        );
    }

    #[test]
    fn text_from_elsewhere_cannot_move_the_cursor() {
        assert_eq!(printable("a\x1b[2Jb\n"), "a\\u{1b}[2Jb\\n");
    }

    #[test]
    fn durations() {
        assert_eq!(duration(59), "00:00:59");
        assert_eq!(duration(90_061), "1d 01:01:01");
    }
}

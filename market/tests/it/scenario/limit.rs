//! The limits that an operator sets, in words: what a line asks, and how a setting is told.

use super::ask::value;
use super::names::Names;
use market::id::AssetId;
use market::money::Money;
use market::qty::Qty;
use market::risk::limits::{
    ExposureLimits, OrderRate, ParticipantLimits, PositionLimits, RiskLimit, Subject,
};

/// `limit BOT01 rate=10/20 open=5`, `limit BOT01 in USD credit=100 gross=200 net=150`, `limit A1 in ACME long=100 short=50`,
/// `restrict A1 in ACME`, `free BOT01 in ACME`, `let A1 sell short`, `let A1 sell short no more`, `locate 50 ACME for A1`.
pub(super) fn asked(words: &[&str], names: &Names) -> Result<RiskLimit, String> {
    Ok(match words {
        ["limit", whose, "in", what, figures @ ..] => match names.instrument(what) {
            Ok(instrument) => RiskLimit::Position {
                account: names.account(whose)?,
                instrument,
                limits: PositionLimits {
                    max_long: figure(figures, "long")?,
                    max_short: figure(figures, "short")?,
                },
            },
            Err(_) => RiskLimit::Exposure {
                participant: names.participant(whose)?,
                asset: names.asset(what)?,
                limits: ExposureLimits {
                    credit: figure(figures, "credit")?,
                    gross: figure(figures, "gross")?,
                    net: figure(figures, "net")?,
                },
            },
        },
        ["limit", participant, figures @ ..] => RiskLimit::Participant {
            participant: names.participant(participant)?,
            limits: ParticipantLimits {
                order_rate: rate(figures)?,
                max_open_orders: figure(figures, "open")?,
            },
        },
        [list @ ("restrict" | "free"), whose, "in", symbol] => RiskLimit::Restricted {
            subject: match names.account(whose) {
                Ok(account) => Subject::Account(account),
                Err(_) => Subject::Participant(names.participant(whose)?),
            },
            instrument: names.instrument(symbol)?,
            is_restricted: *list == "restrict",
        },
        ["let", account, "sell", "short", more @ ..] => RiskLimit::ShortSales {
            account: names.account(account)?,
            is_allowed: more.is_empty(),
        },
        ["locate", qty, symbol, "for", account] => RiskLimit::Locate {
            account: names.account(account)?,
            instrument: names.instrument(symbol)?,
            qty: value(qty)?,
        },
        _ => return Err("no such limit".into()),
    })
}

fn figure<T: std::str::FromStr<Err: std::fmt::Display>>(
    words: &[&str],
    name: &str,
) -> Result<Option<T>, String> {
    let of = |word: &&str| {
        word.strip_prefix(name)?
            .strip_prefix('=')
            .map(str::to_owned)
    };
    words
        .iter()
        .find_map(of)
        .map(|text| value(&text))
        .transpose()
}

fn rate(words: &[&str]) -> Result<Option<OrderRate>, String> {
    let Some(text) = figure::<String>(words, "rate")? else {
        return Ok(None);
    };
    let (per_second, burst) = text.split_once('/').ok_or("rate=10/20")?;
    Ok(Some(OrderRate {
        per_second: value(per_second)?,
        burst: value(burst)?,
    }))
}

/// A setting, as it holds now.
pub(super) fn told(limit: &RiskLimit, names: &Names) -> String {
    match limit {
        RiskLimit::Participant {
            participant,
            limits,
        } => {
            let rate = limits.order_rate.map_or_else(String::new, |rate| {
                format!(
                    " {} orders a second, {} at once;",
                    rate.per_second, rate.burst
                )
            });
            let open = some(limits.max_open_orders);
            format!("{}:{rate} {open} open orders", names.who(*participant))
        }
        RiskLimit::Exposure {
            participant,
            asset,
            limits,
        } => format!(
            "{} in {}: credit {}, gross {}, net {}",
            names.who(*participant),
            names.code(*asset),
            some::<Money>(limits.credit),
            some::<Money>(limits.gross),
            some::<Money>(limits.net)
        ),
        RiskLimit::Position {
            account,
            instrument,
            limits,
        } => format!(
            "{} in {}: long {}, short {}",
            names.whose(*account),
            names.symbol(*instrument),
            some::<Qty>(limits.max_long),
            some::<Qty>(limits.max_short)
        ),
        RiskLimit::Restricted {
            subject,
            instrument,
            is_restricted,
        } => {
            let whose = match subject {
                Subject::Account(account) => names.whose(*account),
                Subject::Participant(participant) => names.who(*participant),
            };
            let list = if *is_restricted { "is" } else { "is not" };
            format!(
                "{} {list} restricted for {whose}",
                names.symbol(*instrument)
            )
        }
        RiskLimit::ShortSales {
            account,
            is_allowed,
        } => {
            let may = if *is_allowed { "may" } else { "may not" };
            format!("{} {may} sell short", names.whose(*account))
        }
        RiskLimit::Locate {
            account,
            instrument,
            qty,
        } => format!(
            "{qty} {} located for {}",
            names.symbol(*instrument),
            names.whose(*account)
        ),
    }
}

/// What an asset is called, and what is open of a participant.
pub(super) fn stakes(market: &market::market::Market, names: &Names, who: &str) -> Vec<String> {
    let participant = names.participant(who).expect("a known participant");
    let open = market.open_orders(participant);
    let mut lines = vec![format!("{} open orders counted", some(open))];
    if let Some(it) = market.exposure(participant, AssetId(0)) {
        lines.push(format!(
            "bought {}, sold {}, open buys {}, open sells {}",
            it.bought, it.sold, it.open_buys, it.open_sells
        ));
    }
    lines
}

fn some<T: std::fmt::Display>(figure: Option<T>) -> String {
    figure.map_or_else(|| "any".into(), |figure| figure.to_string())
}

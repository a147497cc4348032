//! What operators have set, as text.

use crate::args::figure::{FeeRate, Share, Span};
use crate::show::{Column, Show, pairs, table};
use market::control::AccountStatus;
use market::control::fees::FeesStatus;
use market::control::limits::{
    AccountLimitsStatus, ParticipantLimitsStatus, Restrictee, Restriction,
};
use market::control::rules::RulesStatus;
use market::control::self_trade::SelfTradeStatus;
use market::id::Symbol;
use market::limits::SelfTrade;
use market::money::Money;
use market::rules::{StopTrigger, Tier};
use std::fmt::Display;

impl Show for RulesStatus {
    fn table(&self) -> String {
        let rules = &self.rules;
        let share = |bps: Option<u32>| or_off(bps.map(Share));
        pairs(&[
            ("symbol", self.symbol.to_string()),
            ("collar", share(rules.collar_bps)),
            ("static band", share(rules.static_band_bps)),
            ("dynamic band", share(rules.dynamic_band_bps)),
            (
                "limit-up limit-down",
                or_off(rules.limit_up_limit_down.map(|tier| match tier {
                    Tier::One => "tier 1",
                    Tier::Two => "tier 2",
                })),
            ),
            (
                "stops look at",
                match rules.stop_trigger {
                    StopTrigger::LastTrade => "the last trade",
                    StopTrigger::BestOpposite => "the best opposite price",
                }
                .to_owned(),
            ),
            (
                "market orders need the other side",
                yes(rules.market_needs_opposite),
            ),
            ("greatest notional", or_off(rules.max_notional)),
            ("fat finger", share(rules.fat_finger_bps)),
            ("duplicates", or_off(rules.duplicate_nanos.map(Span))),
            ("volatility call", Span(rules.volatility_nanos).to_string()),
            ("random end", Span(rules.random_end_nanos).to_string()),
        ])
    }
}

impl Show for ParticipantLimitsStatus {
    fn table(&self) -> String {
        let rate = self.limits.order_rate.map(|rate| {
            let (per_second, burst) = (rate.per_second, rate.burst);
            format!("{per_second}, {burst} at once")
        });
        let head = pairs(&[
            ("participant", self.participant.to_string()),
            ("orders a second", or_off(rate)),
            ("open orders", open_orders(self)),
            ("restricted", symbols(&self.restricted)),
        ]);
        if self.exposures.is_empty() {
            return head;
        }
        let rows = self.exposures.iter().flat_map(|it| {
            let used = it.used.as_ref();
            let net = used.map(|used| used.net_long.max(used.net_short));
            let rows = [
                ("credit", used.map(|used| used.credit), it.limits.credit),
                ("gross", used.map(|used| used.gross), it.limits.gross),
                ("net", net, it.limits.net),
            ];
            rows.map(|(name, used, limit)| limit_row(&it.asset, name, used, limit))
        });
        head + "\n" + &table(&limit_columns("CURRENCY"), rows)
    }
}

/// How many orders are open, of how many.
fn open_orders(status: &ParticipantLimitsStatus) -> String {
    match (status.used, status.limits.max_open_orders) {
        (None, limit) => or_off(limit),
        (Some(used), None) => used.open_orders.to_string(),
        (Some(used), Some(limit)) => format!("{} of {limit}", used.open_orders),
    }
}

fn limit_columns(of: &'static str) -> [Column; 4] {
    [
        Column::Words(of),
        Column::Words("LIMIT"),
        Column::Numbers("USED"),
        Column::Numbers("OF"),
    ]
}

/// What of a limit is used; what is below zero uses nothing.
fn limit_row<L: Display>(
    of: &impl ToString,
    name: &str,
    used: Option<Money>,
    limit: Option<L>,
) -> Vec<String> {
    let used = used.map(|used| used.max(Money::ZERO));
    vec![
        of.to_string(),
        name.to_owned(),
        used.map_or_else(|| "-".to_owned(), |used| used.to_string()),
        or_off(limit),
    ]
}

impl Show for AccountLimitsStatus {
    fn table(&self) -> String {
        let margin = self.margin.map(|terms| {
            format!(
                "initial {}, maintenance {}, grace {}",
                Share(terms.initial_bps),
                Share(terms.maintenance_bps),
                Span(terms.grace_nanos)
            )
        });
        let mut text = pairs(&[
            ("account", self.account.to_string()),
            ("margin", or_off(margin)),
            ("short sales", yes(self.short_sales)),
            ("restricted", symbols(&self.restricted)),
        ]);
        if !self.positions.is_empty() {
            let rows = self.positions.iter().flat_map(|it| {
                let used = it.used.as_ref();
                let rows = [
                    ("long", used.map(|used| used.long), it.limits.max_long),
                    ("short", used.map(|used| used.short), it.limits.max_short),
                ];
                rows.map(|(name, used, limit)| limit_row(&it.symbol, name, used, limit))
            });
            text = text + "\n" + &table(&limit_columns("SYMBOL"), rows);
        }
        if !self.locates.is_empty() {
            let columns = [Column::Words("SYMBOL"), Column::Numbers("LOCATED")];
            let rows = self.locates.iter();
            let rows = rows.map(|it| vec![it.symbol.to_string(), it.qty.to_string()]);
            text = text + "\n" + &table(&columns, rows);
        }
        text
    }
}

impl Show for Vec<Restriction> {
    fn table(&self) -> String {
        if self.is_empty() {
            return "nothing is restricted\n".to_owned();
        }
        let columns = [Column::Words("WHO"), Column::Words("SYMBOL")];
        let row = |it: &Restriction| {
            let who = match it.who {
                Restrictee::Participant(name) => format!("participant {name}"),
                Restrictee::Account(name) => format!("account {name}"),
            };
            vec![who, it.symbol.to_string()]
        };
        table(&columns, self.iter().map(row))
    }
}

impl Show for AccountStatus {
    fn table(&self) -> String {
        let state = if self.existed {
            "was open already"
        } else {
            "is open"
        };
        format!("account {} {state}\n", self.account)
    }
}

impl Show for FeesStatus {
    fn table(&self) -> String {
        let mut text = match self.account {
            Some(account) => format!("fees go to account {account}\n"),
            None => "no account is set that fees could go to\n".to_owned(),
        };
        if !self.fees.is_empty() {
            let columns = [
                Column::Words("SYMBOL"),
                Column::Numbers("TIER"),
                Column::Numbers("MAKER"),
                Column::Numbers("TAKER"),
                Column::Numbers("MINIMUM"),
            ];
            let rows = self.fees.iter().map(|it| {
                vec![
                    it.symbol.to_string(),
                    it.tier.to_string(),
                    FeeRate(it.fees.maker_ppm).to_string(),
                    FeeRate(it.fees.taker_ppm).to_string(),
                    it.fees.minimum.to_string(),
                ]
            });
            text = text + "\n" + &table(&columns, rows);
        }
        if !self.tiers.is_empty() {
            let columns = [Column::Words("PARTICIPANT"), Column::Numbers("TIER")];
            let rows = self.tiers.iter();
            let rows = rows.map(|it| vec![it.participant.to_string(), it.tier.to_string()]);
            text = text + "\n" + &table(&columns, rows);
        }
        text
    }
}

impl Show for SelfTradeStatus {
    fn table(&self) -> String {
        let mode = self.mode.map_or("as the venue does", |mode| match mode {
            SelfTrade::Allow => "allow",
            SelfTrade::CancelNewest => "cancel newest",
            SelfTrade::CancelOldest => "cancel oldest",
            SelfTrade::CancelBoth => "cancel both",
            SelfTrade::DecrementAndCancel => "decrement and cancel",
        });
        pairs(&[
            ("participant", self.participant.to_string()),
            ("group", or_off(self.group)),
            ("self-trade prevention", mode.to_owned()),
        ])
    }
}

fn or_off<T: Display>(value: Option<T>) -> String {
    value.map_or_else(|| "off".to_owned(), |value| value.to_string())
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

fn symbols(symbols: &[Symbol]) -> String {
    if symbols.is_empty() {
        return "nothing".to_owned();
    }
    let names: Vec<&str> = symbols.iter().map(|symbol| symbol.as_str()).collect();
    names.join(", ")
}

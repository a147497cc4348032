//! [`Audit`]: the latest commands of operators, as the journal has them: who, when, what, and what came of it. In: entries, in order, after the
//! [`Directory`] has taken them in. Out: lines for people. It keeps a bounded number; the journal keeps all.

use crate::directory::Directory;
use journal::entry::{Entry, Instruction, Origin};
use journal::participant::{Credentials, ParticipantChange, PasswordHash};
use market::account::AccountTerms;
use market::command::Command;
use market::control::session::AuditLine;
use market::event::Event;
use market::halt::{Halt, HaltOrders};
use market::id::{AccountId, CompId, InstrumentId, ParticipantId};
use market::instrument::Auction;
use market::risk::limits::{RiskLimit, Subject};
use market::scope::{Instruments, Scope};
use market::time::Timestamp;
use market::trades::TradeChange;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Commands that are kept in memory.
pub const LINES: usize = 1_000;

/// The latest commands of operators.
#[derive(Debug, Default)]
pub struct Audit(Mutex<Notes>);

#[derive(Debug, Default, Serialize, Deserialize)]
struct Notes {
    latest: VecDeque<AuditLine>,
    /// The password of each participant, as the entries so far have it: a definition does not say whether it is another one than before.
    passwords: BTreeMap<CompId, PasswordHash>,
}

impl Audit {
    /// Takes in an entry; of those that no operator asked for it remembers the passwords alone.
    pub fn note(&self, entry: &Entry, directory: &Directory) {
        let is_another_password = entry
            .change()
            .is_some_and(|change| self.lock().is_another_password(change));
        let Origin::Operator { name } = entry.origin else {
            return;
        };
        let mut what = Names(directory).what(&entry.instruction);
        if is_another_password {
            what.push_str(", another password");
        }
        let line = AuditLine {
            seq: entry.seq,
            at: time(entry.at),
            by: name.to_string(),
            what,
            outcome: outcome(&entry.events),
        };
        let latest = &mut self.lock().latest;
        if latest.len() == LINES {
            latest.pop_front();
        }
        latest.push_back(line);
    }

    /// The latest `count` lines, oldest first; at most [`LINES`].
    pub fn last(&self, count: usize) -> Vec<AuditLine> {
        let latest = &self.lock().latest;
        let from = latest.len().saturating_sub(count);
        latest.range(from..).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Notes {
    /// Whether this definition of a participant gives it another password than it had. What passwords there are is remembered.
    fn is_another_password(&mut self, change: &ParticipantChange) -> bool {
        match change {
            ParticipantChange::Define {
                comp_id,
                credentials,
            } => {
                let password = credentials.password();
                let former = self.passwords.insert(*comp_id, password.clone());
                former.is_some_and(|former| former != *password)
            }
            ParticipantChange::ChangePassword {
                comp_id,
                password_hash,
                ..
            } => {
                self.passwords.insert(*comp_id, password_hash.clone());
                false
            }
            ParticipantChange::Remove { comp_id } => {
                self.passwords.remove(comp_id);
                false
            }
            _ => false,
        }
    }
}

/// As it stands in a snapshot.
impl Serialize for Audit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.lock().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Audit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Deserialize::deserialize(deserializer).map(|notes| Self(Mutex::new(notes)))
    }
}

/// Says instructions in words, with names for numbers.
struct Names<'a>(&'a Directory);

impl Names<'_> {
    fn what(&self, instruction: &Instruction) -> String {
        match instruction {
            Instruction::Participant(change) => changed(change),
            Instruction::Note { text } => text.to_string(),
            Instruction::Market(command) => self.command(command),
        }
    }

    fn command(&self, command: &Command) -> String {
        match command {
            Command::AdmitParticipant { comp_id } => format!("admit {comp_id}"),
            Command::OpenAccount { name, terms } => match terms {
                AccountTerms::Margin(terms) => format!(
                    "open account {name} on margin: initial {} bps, maintenance {} bps, grace {} s",
                    terms.initial_bps,
                    terms.maintenance_bps,
                    terms.grace_nanos / 1_000_000_000
                ),
                AccountTerms::Cash | AccountTerms::Unchecked => format!("open account {name}"),
            },
            Command::GrantAccount {
                participant,
                account,
            } => format!(
                "let {} trade for {}",
                self.who(*participant),
                self.whose(*account)
            ),
            Command::RevokeAccount {
                participant,
                account,
            } => format!(
                "let {} trade for {} no more",
                self.who(*participant),
                self.whose(*account)
            ),
            Command::CancelAll { participant } => {
                format!("cancel all orders of {}", self.who(*participant))
            }
            Command::Kill {
                scope,
                suspend,
                dry_run,
                reason,
            } => {
                let what = match (dry_run, suspend) {
                    (true, _) => "count the orders of",
                    (false, false) => "kill the orders of",
                    (false, true) => "kill the orders of, and suspend,",
                };
                format!("{what} {}: {reason}", self.meant(*scope))
            }
            Command::Reinstate { scope } => format!("reinstate {}", self.meant(*scope)),
            Command::Halt(halt) => self.halt(halt),
            Command::Resume {
                instruments,
                at,
                at_once,
            } => {
                let at = at.map_or_else(String::new, |at| format!(" at {}", time(at)));
                let how = if *at_once { ", without an auction" } else { "" };
                format!("resume {}{at}{how}", self.instruments(*instruments))
            }
            Command::WithdrawHalt { id } => format!("withdraw halt {id}"),
            Command::SetGroup { instrument, group } => {
                let symbol = self.symbol(*instrument);
                group.map_or_else(
                    || format!("put {symbol} into no group"),
                    |group| format!("put {symbol} into group {group}"),
                )
            }
            Command::SetIndexWeight { instrument, weight } => {
                format!("{weight} {} in the index", self.symbol(*instrument))
            }
            Command::SetIndexClose { close } => close.map_or_else(
                || "no close of the index".to_owned(),
                |close| format!("close of the index {close}"),
            ),
            Command::SetBreaker(rules) => {
                let [one, two, three] = rules.falls_bps;
                format!(
                    "breaker at {one}, {two}, {three} bps, halts for {} s, not in the last {} s",
                    rules.halt_nanos / 1_000_000_000,
                    rules.quiet_nanos / 1_000_000_000
                )
            }
            Command::TripBreaker {
                level,
                drill,
                reason,
            } => {
                let drill = if *drill { "in a drill" } else { "by hand" };
                format!("trip breaker level {} {drill}: {reason}", level.number())
            }
            Command::Open { instrument } => format!("open {}", self.symbol(*instrument)),
            Command::Close { instrument } => format!("close {}", self.symbol(*instrument)),
            Command::PreOpen { instrument } => format!("pre-open {}", self.symbol(*instrument)),
            Command::PostTrade { instrument } => {
                format!("end trading in {}", self.symbol(*instrument))
            }
            Command::Call {
                instrument,
                auction,
                until,
            } => format!(
                "call the {} auction of {} until {}",
                auction_word(*auction),
                self.symbol(*instrument),
                fix_engine::time::Timestamp::from_nanos(until.nanos())
            ),
            Command::TransferFunds {
                transfer_id,
                account,
                asset,
                amount,
            } => {
                let asset = self.0.asset(*asset).map(|code| code.to_string());
                format!(
                    "transfer {amount} {} to {} as {transfer_id}",
                    asset.unwrap_or_default(),
                    self.whose(*account)
                )
            }
            Command::SetFeeAccount { account } => {
                format!("let fees go to {}", self.whose(*account))
            }
            Command::SetFees {
                instrument,
                tier,
                fees,
            } => format!(
                "fees in {} for tier {tier}: maker {} ppm, taker {} ppm, at least {}",
                self.symbol(*instrument),
                fees.maker_ppm,
                fees.taker_ppm,
                fees.minimum
            ),
            Command::ProposeTradeChange { trade, change, .. } => match change {
                TradeChange::Bust => format!("propose to undo trade {trade}"),
                TradeChange::Correct { price, qty } => {
                    format!("propose {qty} @ {price} for trade {trade}")
                }
            },
            Command::ApproveTradeChange { trade, .. } => {
                format!("approve what is proposed about trade {trade}")
            }
            Command::SetTier { participant, tier } => {
                format!("put {} into tier {tier}", self.who(*participant))
            }
            Command::WithdrawTradeChange { trade } => {
                format!("take back what is proposed about trade {trade}")
            }
            Command::SetRules { instrument, rules } => {
                // As the control port shows them, in one line.
                let rules = serde_json::to_string(rules).unwrap_or_default();
                format!("rules of {}: {rules}", self.symbol(*instrument))
            }
            Command::SetSelfTrade {
                participant,
                group,
                mode,
            } => format!(
                "self-trade prevention of {}: group {}, {}",
                self.who(*participant),
                or_none(*group),
                mode.map_or_else(
                    || "as the venue does".to_owned(),
                    |mode| format!("{mode:?}")
                )
            ),
            Command::SetRiskLimit(limit) => self.limit(limit),
            other => format!("{other:?}"),
        }
    }

    fn limit(&self, limit: &RiskLimit) -> String {
        match limit {
            RiskLimit::Participant {
                participant,
                limits,
            } => {
                let rate = limits.order_rate.map_or_else(
                    || "none".to_owned(),
                    |it| format!("{}, {} at once", it.per_second, it.burst),
                );
                format!(
                    "limits of {}: orders a second {rate}, open orders {}",
                    self.who(*participant),
                    or_none(limits.max_open_orders)
                )
            }
            RiskLimit::Exposure {
                participant,
                asset,
                limits,
            } => {
                let asset = self.0.asset(*asset).map(|code| code.to_string());
                format!(
                    "limits of {} in {}: credit {}, gross {}, net {}",
                    self.who(*participant),
                    asset.unwrap_or_default(),
                    or_none(limits.credit),
                    or_none(limits.gross),
                    or_none(limits.net)
                )
            }
            RiskLimit::Position {
                account,
                instrument,
                limits,
            } => format!(
                "limits of account {} in {}: long {}, short {}",
                self.whose(*account),
                self.symbol(*instrument),
                or_none(limits.max_long),
                or_none(limits.max_short)
            ),
            RiskLimit::Restricted {
                subject,
                instrument,
                is_restricted,
            } => {
                let what = if *is_restricted {
                    "restrict"
                } else {
                    "restrict no more"
                };
                let whose = match subject {
                    Subject::Participant(id) => self.who(*id),
                    Subject::Account(id) => format!("account {}", self.whose(*id)),
                };
                format!("{what} {whose} in {}", self.symbol(*instrument))
            }
            RiskLimit::ShortSales {
                account,
                is_allowed,
            } => {
                let what = if *is_allowed {
                    "sell short"
                } else {
                    "sell short no more"
                };
                format!("let account {} {what}", self.whose(*account))
            }
            RiskLimit::Locate {
                account,
                instrument,
                qty,
            } => format!(
                "locate {qty} {} for account {}",
                self.symbol(*instrument),
                self.whose(*account)
            ),
        }
    }

    fn meant(&self, scope: Scope) -> String {
        match scope {
            Scope::All => "all".to_owned(),
            Scope::Participant(id) => self.who(id),
            Scope::Account(id) => self.whose(id),
            Scope::Instrument(id) => self.symbol(id),
        }
    }

    fn halt(&self, halt: &Halt) -> String {
        let mut what = format!("halt {}", self.instruments(halt.instruments));
        for (word, at) in [("from", halt.from), ("until", halt.until)] {
            if let Some(at) = at {
                what.push_str(&format!(" {word} {}", time(at)));
            }
        }
        what.push_str(match halt.orders {
            HaltOrders::CancelOnly => "",
            HaltOrders::Stay => ", orders stay",
            HaltOrders::Cancel => ", orders are cancelled",
        });
        if halt.at_once {
            what.push_str(", then without an auction");
        }
        format!("{what}: {}", halt.reason)
    }

    fn instruments(&self, instruments: Instruments) -> String {
        match instruments {
            Instruments::All => "all".to_owned(),
            Instruments::Group(group) => format!("group {group}"),
            Instruments::One(id) => self.symbol(id),
        }
    }

    fn who(&self, participant: ParticipantId) -> String {
        let record = self.0.participant(participant);
        record.map_or_else(
            || format!("participant {participant}"),
            |record| record.comp_id.to_string(),
        )
    }

    fn whose(&self, account: AccountId) -> String {
        let name = self.0.account(account);
        name.map_or_else(|| format!("account {account}"), |name| name.to_string())
    }

    fn symbol(&self, instrument: InstrumentId) -> String {
        let listed = self.0.instrument(instrument);
        listed.map_or_else(
            || format!("instrument {instrument}"),
            |listed| listed.symbol.to_string(),
        )
    }
}

fn or_none<T: ToString>(limit: Option<T>) -> String {
    limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string())
}

fn time(at: Timestamp) -> String {
    fix_engine::time::Timestamp::from_nanos(at.nanos()).to_string()
}

const fn auction_word(auction: Auction) -> &'static str {
    match auction {
        Auction::Opening => "opening",
        Auction::Intraday => "intraday",
        Auction::Volatility => "volatility",
        Auction::Closing => "closing",
    }
}

/// A change of a participant in words; nothing secret.
fn changed(change: &ParticipantChange) -> String {
    match change {
        ParticipantChange::Define {
            comp_id,
            credentials,
        } => format!("define {comp_id}: {}", terms(credentials)),
        ParticipantChange::ChangePassword { comp_id, .. } => {
            format!("another password for {comp_id}")
        }
        ParticipantChange::Disable { comp_id, reason } => format!("disable {comp_id}: {reason}"),
        ParticipantChange::Enable { comp_id } => format!("enable {comp_id}"),
        ParticipantChange::Remove { comp_id } => format!("remove {comp_id}"),
        ParticipantChange::LogOut { comp_id, text } => format!("log out {comp_id}: {text}"),
        ParticipantChange::ResetNumbers { comp_id } => format!("reset numbers of {comp_id}"),
        ParticipantChange::SetNumbers {
            comp_id,
            next_in,
            next_out,
        } => {
            let number = |number: &Option<u64>| {
                number.map_or_else(|| "as it is".to_owned(), |number| number.to_string())
            };
            format!(
                "set numbers of {comp_id}: next in {}, next out {}",
                number(next_in),
                number(next_out)
            )
        }
    }
}

fn terms(credentials: &Credentials) -> String {
    let yes = |is: bool| if is { "yes" } else { "no" };
    let mut terms = format!(
        "orders {}, market data {}, reset on logon {}, client certificate {}",
        yes(credentials.rights.orders),
        yes(credentials.rights.market_data),
        yes(credentials.reset_on_logon),
        credentials.client_cert.name(),
    );
    let fingerprint = credentials.cert_fingerprint.map(|it| it.to_string());
    let subject = credentials.cert_subject.as_ref().map(ToString::to_string);
    for bound in fingerprint.into_iter().chain(subject) {
        terms.push_str(&format!(", bound to {bound}"));
    }
    for network in &credentials.networks {
        terms.push_str(&format!(", from {network}"));
    }
    if let Some(days) = credentials.password_max_age_days {
        terms.push_str(&format!(", password for {days} days"));
    }
    terms
}

/// What came of an instruction, in words.
pub(crate) fn outcome(events: &[Event]) -> String {
    let refusal = events.iter().find_map(|event| match event {
        Event::Refused { refusal } | Event::TransferRefused { refusal, .. } => Some(refusal),
        _ => None,
    });
    match (refusal, canceled(events)) {
        (Some(refusal), _) => format!("refused: {refusal}"),
        (None, None) => "done".to_owned(),
        (None, Some(1)) => "done: 1 order".to_owned(),
        (None, Some(canceled)) => format!("done: {canceled} orders"),
    }
}

fn canceled(events: &[Event]) -> Option<u32> {
    events.iter().find_map(|event| match event {
        Event::AllCanceled { canceled, .. } => Some(*canceled),
        Event::Killed { orders, .. } => Some(*orders),
        _ => None,
    })
}

//! [`Ask`]: one command line of a scenario. Names in, commands out; a line that says nothing sensible is an error of its author.

use super::{Stage, breaker, halt, limit};
use market::account::{AccountTerms, MarginTerms};
use market::command::{Amendment, Change, Command};
use market::event::CxlRejResponseTo;
use market::fees::Fees;
use market::id::{AccountId, AssetId, ClOrdId, InstrumentId, OrderId, ParticipantId, TradeId};
use market::instrument::{Auction, Instrument};
use market::limits::{Limits, SelfTrade};
use market::money::Money;
use market::order::{OrdType, OrderTerms, Peg, Side, TimeInForce};
use market::price::Price;
use market::qty::Qty;
use market::rules::{Rules, StopTrigger, Tier};
use market::seed::Seed;
use market::text::Text;
use market::time::Timestamp;
use market::trades::TradeChange;
use std::str::FromStr;

/// What a line asks.
pub(super) enum Ask {
    /// A market with ACME and BETA open, and BOT01 to BOT03 with an account each.
    Usual(Limits),
    /// A command.
    Do(Command),
    /// The time of day, in nanoseconds since midnight.
    At(i64),
    /// The orders of a book.
    ShowBook(InstrumentId),
    /// What an account on margin is worth.
    ShowStanding(AccountId),
    /// What counts for the limits of a participant.
    ShowStakes(String),
    /// Cash and holdings of an account.
    ShowBalances(AccountId),
}

impl Ask {
    pub(super) fn parse(line: &str, stage: &Stage) -> Result<Self, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let names = &stage.names;
        Ok(match words.as_slice() {
            ["given", "the", "usual", "market", options @ ..] => Self::Usual(limits(options)?),
            ["at", time] => Self::At(time_of_day(time)?),
            ["show", "book", symbol] => Self::ShowBook(names.instrument(symbol)?),
            ["show", "standing", account] => Self::ShowStanding(names.account(account)?),
            ["show", "stakes", who] => Self::ShowStakes((*who).to_owned()),
            ["show", "balances", account] => Self::ShowBalances(names.account(account)?),
            _ => Self::Do(command(&words, stage)?),
        })
    }
}

fn command(words: &[&str], stage: &Stage) -> Result<Command, String> {
    let names = &stage.names;
    Ok(match *words {
        ["asset", code] => Command::ListAsset { code: value(code)? },
        ["list", symbol, currency, tick, lot, min, max, reference] => {
            Command::ListInstrument(Instrument {
                id: InstrumentId(0),
                symbol: value(symbol)?,
                currency: value(currency)?,
                tick: option(tick, "tick")?,
                lot: option(lot, "lot")?,
                min_qty: option(min, "min")?,
                max_qty: option(max, "max")?,
                reference_px: option(reference, "reference")?,
            })
        }
        ["participant", comp_id] => Command::AdmitParticipant {
            comp_id: value(comp_id)?,
        },
        ["account", name] => Command::OpenAccount {
            name: value(name)?,
            terms: AccountTerms::Cash,
        },
        ["account", name, "on", "margin", shares, "grace", grace] => Command::OpenAccount {
            name: value(name)?,
            terms: margin(shares, grace)?,
        },
        ["account", name, "unchecked"] => Command::OpenAccount {
            name: value(name)?,
            terms: AccountTerms::Unchecked,
        },
        ["grant", account, "to", participant] => Command::GrantAccount {
            participant: names.participant(participant)?,
            account: names.account(account)?,
        },
        ["revoke", account, "of", participant] => Command::RevokeAccount {
            participant: names.participant(participant)?,
            account: names.account(account)?,
        },
        ["kill", scope, "and", "suspend", ref why @ ..] => Command::Kill {
            scope: names.scope(scope)?,
            suspend: true,
            dry_run: why.first() == Some(&"dry"),
            reason: value(&why.join(" "))?,
        },
        ["kill", scope, ref why @ ..] => Command::Kill {
            scope: names.scope(scope)?,
            suspend: false,
            dry_run: why.first() == Some(&"dry"),
            reason: value(&why.join(" "))?,
        },
        ["reinstate", scope] => Command::Reinstate {
            scope: names.scope(scope)?,
        },
        ["cancel", "all", "of", participant] => Command::CancelAll {
            participant: names.participant(participant)?,
        },
        ["deposit", amount, asset, "to", account, "as", id] => Command::TransferFunds {
            transfer_id: value(id)?,
            account: names.account(account)?,
            asset: names.asset(asset)?,
            amount: value(amount)?,
        },
        ["withdraw", amount, asset, "from", account, "as", id] => Command::TransferFunds {
            transfer_id: value(id)?,
            account: names.account(account)?,
            asset: names.asset(asset)?,
            amount: value::<Money>(amount)?.negated(),
        },
        ["bring", qty, symbol, "to", account, "at", cost, "as", id] => {
            Command::TransferSecurities {
                transfer_id: value(id)?,
                account: names.account(account)?,
                instrument: names.instrument(symbol)?,
                qty: value(qty)?,
                cost_px: value(cost)?,
            }
        }
        ["take", qty, symbol, "from", account, "as", id] => Command::TransferSecurities {
            transfer_id: value(id)?,
            account: names.account(account)?,
            instrument: names.instrument(symbol)?,
            qty: Qty::from_raw(-value::<Qty>(qty)?.raw()),
            cost_px: Price::ZERO,
        },
        ["open", symbol] => Command::Open {
            instrument: names.instrument(symbol)?,
        },
        ["close", symbol] => Command::Close {
            instrument: names.instrument(symbol)?,
        },
        ["index", ..] | ["breaker", ..] | ["trip", ..] => breaker::asked(words, names)?,
        ["halt", ..] | ["resume", ..] | ["withdraw", "halt", ..] | ["group", ..] => {
            halt::asked(words, names)?
        }
        ["pre-open", symbol] => Command::PreOpen {
            instrument: names.instrument(symbol)?,
        },
        ["post-trade", symbol] => Command::PostTrade {
            instrument: names.instrument(symbol)?,
        },
        ["trading", "of", symbol, "ends", "at", time] => Command::SetClose {
            instrument: names.instrument(symbol)?,
            at: Some(Timestamp::from_nanos(time_of_day(time)?)),
        },
        ["trading", "of", symbol, "has", "no", "end"] => Command::SetClose {
            instrument: names.instrument(symbol)?,
            at: None,
        },
        ["seed", byte] => Command::Seed {
            seed: Seed::new([value(byte)?; 16]),
        },
        ["call", symbol, auction, "until", time] => Command::Call {
            instrument: names.instrument(symbol)?,
            auction: auction_of(auction)?,
            until: Timestamp::from_nanos(time_of_day(time)?),
        },
        ["rules", symbol, ref said @ ..] => Command::SetRules {
            instrument: names.instrument(symbol)?,
            rules: rules(said)?,
        },
        ["self-trade", "of", who, ref said @ ..] => {
            let (mut group, mut mode) = (None, None);
            for word in said {
                match word.split_once('=') {
                    Some(("group", number)) => group = Some(value(number)?),
                    Some(("mode", word)) => mode = Some(self_trade(word)?),
                    _ => return Err(format!("what is {word}?")),
                }
            }
            Command::SetSelfTrade {
                participant: names.participant(who.trim_end_matches(':'))?,
                group,
                mode,
            }
        }
        ["end", "of", "day"] => Command::EndOfDay,
        ["limit" | "restrict" | "free" | "let" | "locate", ..] => {
            Command::SetRiskLimit(limit::asked(words, names)?)
        }
        ["propose", "bust", "of", trade, "by", who] => Command::ProposeTradeChange {
            trade: TradeId(value(trade)?),
            change: TradeChange::Bust,
            by: value(who)?,
        },
        ["propose", "trade", trade, "as", qty, "@", price, "by", who] => {
            Command::ProposeTradeChange {
                trade: TradeId(value(trade)?),
                change: TradeChange::Correct {
                    price: value(price)?,
                    qty: value(qty)?,
                },
                by: value(who)?,
            }
        }
        ["approve", "trade", trade, "by", who] => Command::ApproveTradeChange {
            trade: TradeId(value(trade)?),
            by: value(who)?,
        },
        ["drop", "proposal", "of", trade] => Command::WithdrawTradeChange {
            trade: TradeId(value(trade)?),
        },
        ["fees", "go", "to", account] => Command::SetFeeAccount {
            account: names.account(account)?,
        },
        ["fees", "in", symbol, "for", "tier", tier, ref rates @ ..] => Command::SetFees {
            instrument: names.instrument(symbol)?,
            tier: value(tier.trim_end_matches(':'))?,
            fees: fees(rates)?,
        },
        ["put", participant, "into", "tier", tier] => Command::SetTier {
            participant: names.participant(participant)?,
            tier: value(tier)?,
        },
        [who, ref what @ ..] => order_command(names.participant(who)?, what, stage)?,
        [] => return Err("nothing said".into()),
    })
}

fn order_command(
    participant: ParticipantId,
    words: &[&str],
    stage: &Stage,
) -> Result<Command, String> {
    let names = &stage.names;
    Ok(match *words {
        [
            side @ ("buy" | "sell" | "short"),
            qty,
            symbol,
            "@",
            price,
            ref options @ ..,
        ] => {
            let terms = OrderTerms {
                account: AccountId(participant.0),
                instrument: names.instrument(symbol)?,
                side: side_of(side)?,
                ord_type: ord_type(price)?,
                time_in_force: TimeInForce::Day,
                order_qty: value(qty)?,
                post_only: false,
                max_floor: None,
                all_or_none: false,
                min_qty: None,
                short_sale: side == "short",
                reprice_to_band: false,
            };
            let (terms, cl_ord_id) = with_options(terms, options, stage)?;
            Command::Enter {
                participant,
                cl_ord_id: cl_ord_id.ok_or("as what?")?,
                terms,
            }
        }
        ["again", ref order @ ..] => match order_command(participant, order, stage)? {
            Command::Enter {
                participant,
                cl_ord_id,
                terms,
            } => Command::PossResend {
                participant,
                cl_ord_id,
                terms,
            },
            _ => return Err("no order".into()),
        },
        ["cancel", orig, "as", id] => Command::Cancel {
            participant,
            cl_ord_id: value(id)?,
            orig_cl_ord_id: value(orig)?,
        },
        ["replace", orig, "as", id, ref to @ ..] => {
            let orig_cl_ord_id = value(orig)?;
            Command::Replace {
                participant,
                cl_ord_id: value(id.trim_end_matches(':'))?,
                orig_cl_ord_id,
                terms: replacement(participant, &orig_cl_ord_id, to, stage)?,
            }
        }
        ["asks", change, orig, "as", id, ref said @ ..] => {
            amendment(participant, [change, orig, id], said, stage)?
        }
        ["mass-cancel", "as", id, ref only @ ..] => {
            let (mut instrument, mut side) = (None, None);
            for word in only {
                match *word {
                    "buy" | "sell" => side = Some(side_of(word)?),
                    symbol => instrument = Some(names.instrument(symbol)?),
                }
            }
            Command::MassCancel {
                participant,
                cl_ord_id: value(id)?,
                instrument,
                side,
            }
        }
        ["status", "all", ref only @ ..] => Command::Status {
            participant,
            request_id: Some(value("ask")?),
            cl_ord_id: None,
            instrument: match only {
                [symbol] => Some(names.instrument(symbol)?),
                _ => None,
            },
        },
        ["status", id] => Command::Status {
            participant,
            request_id: None,
            cl_ord_id: Some(value(id)?),
            instrument: None,
        },
        _ => return Err("not a command".into()),
    })
}

/// What an order is to become: quantity, price, and what else changes.
fn replacement(
    participant: ParticipantId,
    orig_cl_ord_id: &ClOrdId,
    words: &[&str],
    stage: &Stage,
) -> Result<OrderTerms, String> {
    let [qty, "@", price, options @ ..] = words else {
        return Err("what for?".into());
    };
    let order = stage.market().order(participant, orig_cl_ord_id);
    let terms = order.map_or_else(|| unknown(participant), |order| order.terms);
    let terms = OrderTerms {
        ord_type: ord_type(price)?,
        order_qty: value(qty)?,
        ..terms
    };
    Ok(with_options(terms, options, stage)?.0)
}

/// A request as it comes from a participant: what it says about its order is compared.
fn amendment(
    participant: ParticipantId,
    [change, orig, id]: [&str; 3],
    said: &[&str],
    stage: &Stage,
) -> Result<Command, String> {
    let orig_cl_ord_id = value(orig)?;
    let (order_id, said) = match said {
        ["id", number, said @ ..] => {
            let number = number.parse().map_err(|_| "which id?")?;
            (Some(OrderId(number)), said)
        }
        said => (None, said),
    };
    let change = match (change, said) {
        ("cancel", [side, symbol]) => Change::Cancel {
            instrument: stage.names.instrument(symbol)?,
            side: side_of(side)?,
        },
        ("replace", ["but", why @ ..]) => Change::Nothing {
            response_to: CxlRejResponseTo::Replace,
            why: value(&why.join(" "))?,
        },
        ("replace", to) => Change::Replace(replacement(participant, &orig_cl_ord_id, to, stage)?),
        _ => return Err("asks what?".into()),
    };
    Ok(Command::Amend(Amendment {
        participant,
        cl_ord_id: value(id.trim_end_matches(':'))?,
        orig_cl_ord_id,
        order_id,
        change,
    }))
}

fn with_options(
    mut terms: OrderTerms,
    options: &[&str],
    stage: &Stage,
) -> Result<(OrderTerms, Option<ClOrdId>), String> {
    let mut cl_ord_id = None;
    let mut words = options.iter();
    while let Some(word) = words.next() {
        match *word {
            "as" => cl_ord_id = Some(value(words.next().ok_or("as what?")?)?),
            "day" => terms.time_in_force = TimeInForce::Day,
            "gtc" => terms.time_in_force = TimeInForce::Gtc,
            "ioc" => terms.time_in_force = TimeInForce::Ioc,
            "fok" => terms.time_in_force = TimeInForce::Fok,
            "at-open" => terms.time_in_force = TimeInForce::AtOpen,
            "at-close" => terms.time_in_force = TimeInForce::AtClose,
            "post-only" => terms.post_only = true,
            "aon" => terms.all_or_none = true,
            "reprice" => terms.reprice_to_band = true,
            "buy" | "sell" => terms.side = side_of(word)?,
            other => match other.split_once('=') {
                Some(("until", time)) => {
                    let until = Timestamp::from_nanos(time_of_day(time)?);
                    terms.time_in_force = TimeInForce::Gtd(until);
                }
                Some(("offset", by)) => {
                    if let OrdType::Pegged { offset, .. } = &mut terms.ord_type {
                        *offset = value(by)?;
                    }
                }
                Some(("limit", at)) => {
                    if let OrdType::Pegged { limit, .. } = &mut terms.ord_type {
                        *limit = Some(value(at)?);
                    }
                }
                Some(("min", qty)) => terms.min_qty = Some(value(qty)?),
                Some(("stop", price)) => {
                    let stop_px = value(price)?;
                    terms.ord_type = match terms.ord_type {
                        OrdType::Limit(price) => OrdType::StopLimit { stop_px, price },
                        _ => OrdType::Stop { stop_px },
                    };
                }
                Some(("trail", offset)) => {
                    let offset = value(offset)?;
                    terms.ord_type = OrdType::TrailingStop { offset };
                }
                Some(("show", "all")) => terms.max_floor = None,
                Some(("show", qty)) => terms.max_floor = Some(value(qty)?),
                Some(("for", account)) => terms.account = stage.names.account(account)?,
                Some(("on", symbol)) => terms.instrument = stage.names.instrument(symbol)?,
                _ => return Err(format!("what is {other}?")),
            },
        }
    }
    Ok((terms, cl_ord_id))
}

/// `5000/2500` basis points and a time: `01:00:00`.
fn margin(shares: &str, grace: &str) -> Result<AccountTerms, String> {
    let (initial, maintenance) = shares.split_once('/').ok_or("initial/maintenance")?;
    Ok(AccountTerms::Margin(MarginTerms {
        initial_bps: value(initial)?,
        maintenance_bps: value(maintenance)?,
        grace_nanos: u64::try_from(time_of_day(grace)?).map_err(|why| why.to_string())?,
    }))
}

/// `maker -0.2bps, taker 0.3bps, at least 1`.
fn fees(words: &[&str]) -> Result<Fees, String> {
    let ["maker", maker, "taker", taker, least @ ..] = words else {
        return Err("maker … taker …".into());
    };
    Ok(Fees {
        maker_ppm: ppm(maker)?,
        taker_ppm: ppm(taker)?,
        minimum: match least {
            ["at", "least", minimum] => value(minimum)?,
            _ => Money::ZERO,
        },
    })
}

/// Basis points as millionths.
fn ppm(word: &str) -> Result<i32, String> {
    let bps: Price = value(word.trim_end_matches(',').trim_end_matches("bps"))?;
    i32::try_from(bps.raw() / 1_000_000).map_err(|why| why.to_string())
}

fn unknown(participant: ParticipantId) -> OrderTerms {
    OrderTerms {
        account: AccountId(participant.0),
        instrument: InstrumentId(0),
        side: Side::Buy,
        ord_type: OrdType::Market,
        time_in_force: TimeInForce::Day,
        order_qty: Qty::ZERO,
        post_only: false,
        max_floor: None,
        all_or_none: false,
        min_qty: None,
        short_sale: false,
        reprice_to_band: false,
    }
}

fn limits(options: &[&str]) -> Result<Limits, String> {
    let mut limits = Limits::default();
    for option in options {
        let (name, value) = option.split_once('=').ok_or("name=value")?;
        let number = || value.parse::<u32>().map_err(|e| e.to_string());
        match name {
            "self-trade" => limits.self_trade = self_trade(value)?,
            "live-orders" => limits.max_live_orders = number()?,
            "ids" => limits.max_cl_ord_ids = number()?.into(),
            "slices" => limits.max_slices = number()?,
            "hidden-slices" => limits.max_hidden_slices = number()?.into(),
            "triggers" => limits.max_triggers = number()?,
            "settings" => limits.max_risk_settings = number()?,
            "repriced" => limits.max_repriced = number()?,
            "finals" => limits.max_final_orders = number()?,
            "transfers" => limits.max_transfers = number()?.into(),
            "accounts" => limits.max_accounts = number()?,
            _ => return Err(format!("what is {name}?")),
        }
    }
    Ok(limits)
}

const fn pegged(peg: Peg) -> OrdType {
    OrdType::Pegged {
        peg,
        offset: Price::ZERO,
        limit: None,
    }
}

/// What is not said is off; a call ends when it says, without a random part.
fn rules(said: &[&str]) -> Result<Rules, String> {
    let mut rules = Rules {
        random_end_nanos: 0,
        ..Rules::NONE
    };
    let seconds = |text: &str| value::<u64>(text).map(|seconds| seconds * 1_000_000_000);
    for word in said {
        match word.split_once('=').unwrap_or((word, "")) {
            ("collar", "off") => rules.collar_bps = None,
            ("collar", bps) => rules.collar_bps = Some(value(bps)?),
            ("trigger", "last") => rules.stop_trigger = StopTrigger::LastTrade,
            ("trigger", "opposite") => rules.stop_trigger = StopTrigger::BestOpposite,
            ("needs-opposite", _) => rules.market_needs_opposite = true,
            ("static", bps) => rules.static_band_bps = Some(value(bps)?),
            ("dynamic", bps) => rules.dynamic_band_bps = Some(value(bps)?),
            ("luld", "1") => rules.limit_up_limit_down = Some(Tier::One),
            ("luld", "2") => rules.limit_up_limit_down = Some(Tier::Two),
            ("volatility", text) => rules.volatility_nanos = seconds(text)?,
            ("random", text) => rules.random_end_nanos = seconds(text)?,
            ("max-notional", most) => rules.max_notional = Some(value(most)?),
            ("fat-finger", bps) => rules.fat_finger_bps = Some(value(bps)?),
            ("duplicates", nanos) => rules.duplicate_nanos = Some(value(nanos)?),
            _ => return Err(format!("what is {word}?")),
        }
    }
    Ok(rules)
}

fn auction_of(word: &str) -> Result<Auction, String> {
    Ok(match word {
        "opening" => Auction::Opening,
        "intraday" => Auction::Intraday,
        "volatility" => Auction::Volatility,
        "closing" => Auction::Closing,
        _ => return Err(format!("{word} is no auction")),
    })
}

fn self_trade(text: &str) -> Result<SelfTrade, String> {
    Ok(match text {
        "allow" => SelfTrade::Allow,
        "cancel-newest" => SelfTrade::CancelNewest,
        "cancel-oldest" => SelfTrade::CancelOldest,
        "cancel-both" => SelfTrade::CancelBoth,
        "decrement-and-cancel" => SelfTrade::DecrementAndCancel,
        _ => return Err(format!("what is {text}?")),
    })
}

/// USD; ACME and BETA, open; BOT01 … BOT03, each with an account A1 … A3 that holds 100,000 USD and 1,000 ACME.
pub(super) fn usual() -> Vec<Command> {
    let one = |text: &str| text.parse::<Qty>().expect("a quantity");
    let mut commands = vec![Command::ListAsset {
        code: Text::new("USD").expect("a code"),
    }];
    for (id, symbol) in ["ACME", "BETA"].into_iter().enumerate() {
        let id = InstrumentId(u32::try_from(id).expect("small"));
        commands.push(Command::ListInstrument(Instrument {
            id,
            symbol: Text::new(symbol).expect("a symbol"),
            currency: Text::new("USD").expect("a code"),
            tick: "0.05".parse().expect("a price"),
            lot: one("1"),
            min_qty: one("1"),
            max_qty: one("10000"),
            reference_px: "10".parse().expect("a price"),
        }));
        commands.push(Command::Open { instrument: id });
    }
    for at in 0..3u32 {
        let name = |prefix: &str| format!("{prefix}{}", at + 1);
        let account = AccountId(at);
        commands.extend([
            Command::AdmitParticipant {
                comp_id: Text::new(&name("BOT0")).expect("a CompID"),
            },
            Command::OpenAccount {
                name: Text::new(&name("A")).expect("a name"),
                terms: AccountTerms::Cash,
            },
            Command::GrantAccount {
                participant: ParticipantId(at),
                account,
            },
            Command::TransferFunds {
                transfer_id: Text::new(&name("cash")).expect("an id"),
                account,
                asset: AssetId(0),
                amount: "100000".parse().expect("money"),
            },
            Command::TransferSecurities {
                transfer_id: Text::new(&name("stock")).expect("an id"),
                account,
                instrument: InstrumentId(0),
                qty: one("1000"),
                cost_px: "10".parse().expect("a price"),
            },
        ]);
    }
    commands
}

fn side_of(word: &str) -> Result<Side, String> {
    match word {
        "buy" => Ok(Side::Buy),
        "sell" | "short" => Ok(Side::Sell),
        _ => Err(format!("{word} is no side")),
    }
}

fn ord_type(word: &str) -> Result<OrdType, String> {
    match word {
        "market" => Ok(OrdType::Market),
        "peg=primary" => Ok(pegged(Peg::Primary)),
        "peg=opposite" => Ok(pegged(Peg::Market)),
        "peg=mid" => Ok(pegged(Peg::Mid)),
        "market-to-limit" => Ok(OrdType::MarketToLimit),
        price => Ok(OrdType::Limit(value(price)?)),
    }
}

/// `10:00:00` as nanoseconds since midnight; one part of a second may stand behind it: `10:00:00.5`.
pub(super) fn time_of_day(text: &str) -> Result<i64, String> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let mut nanos = 0;
    for figure in whole.split(':') {
        nanos = nanos * 60 + figure.parse::<i64>().map_err(|e| e.to_string())?;
    }
    let part: i64 = format!("{part:0<9}")
        .parse()
        .map_err(|_| "no part of a second")?;
    Ok(nanos * 1_000_000_000 + part)
}

fn option<T: FromStr>(word: &str, name: &str) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    let text = word.strip_prefix(name).and_then(|w| w.strip_prefix('='));
    value(text.ok_or_else(|| format!("{name}=?"))?)
}

pub(super) fn value<T: FromStr>(word: &str) -> Result<T, String>
where
    T::Err: std::fmt::Display,
{
    word.parse().map_err(|why| format!("{word}: {why}"))
}

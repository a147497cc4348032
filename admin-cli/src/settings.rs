//! What operators set: rules, limits, the restricted list, short sales, accounts, fees, tiers, self-trade prevention. Arguments in, a request
//! to the exchange, what holds now out.

use crate::args::Output;
use crate::args::fees::{Fees, Mode, SelfTrade, SetFees, Tier};
use crate::args::figure::{OrOff, Span};
use crate::args::limits::{Account, Limits, OpenAccount, Restrict, Restricted, SetLimits, Short};
use crate::args::rules::{LuldTier, RulesCommand, SetRules, Trigger};
use crate::client::Client;
use crate::control::with_name;
use crate::failure::Failure;
use crate::show::Show;
use market::account::MarginTerms;
use market::control::fees::{FeeAccountChange, FeesChange, FeesStatus, TierChange};
use market::control::limits::{
    AccountLimitsChange, AccountLimitsStatus, Locate, ParticipantLimitsChange,
    ParticipantLimitsStatus, Restrictee, Restriction, RestrictionChange, ShortSalesChange,
};
use market::control::rules::{RulesChange, RulesStatus};
use market::control::self_trade::{SelfTradeChange, SelfTradeStatus};
use market::control::setting::Setting;
use market::control::{AccountStatus, OpenAccount as OpenAccountRequest, path};
use market::limits::SelfTrade as SelfTradeMode;
use market::risk::limits::OrderRate;
use market::rules::{StopTrigger, Tier as RulesTier};

/// Time between a margin call and the closing of positions, when none is said: an hour.
const GRACE: Span = Span(3_600_000_000_000);

/// `rules …`.
///
/// # Errors
/// See [`Client::ask`] and [`Client::tell`]; so for all of this file.
pub async fn rules(client: &Client, command: &RulesCommand) -> Result<RulesStatus, Failure> {
    match command {
        RulesCommand::Show { symbol } => client.ask(&with_name(path::RULES, symbol.as_str())).await,
        RulesCommand::Set(set) => {
            let at = with_name(path::RULES, set.symbol.as_str());
            client.tell(&at, &rules_change(set)).await
        }
    }
}

/// `limits …`, as text: it is one of two.
///
/// # Errors
/// See [`rules`].
pub async fn limits(client: &Client, command: &Limits, output: Output) -> Result<String, Failure> {
    let holder = match command {
        Limits::Show(holder) => holder,
        Limits::Set(set) => &set.holder,
    };
    match holder.who()? {
        Restrictee::Participant(comp_id) => {
            let at = with_name(path::PARTICIPANT_LIMITS, comp_id.as_str());
            let limits: ParticipantLimitsStatus = match command {
                Limits::Show(_) => client.ask(&at).await?,
                Limits::Set(set) => client.tell(&at, &participant_change(set)?).await?,
            };
            Ok(limits.text(output))
        }
        Restrictee::Account(name) => {
            let at = with_name(path::ACCOUNT_LIMITS, name.as_str());
            let limits: AccountLimitsStatus = match command {
                Limits::Show(_) => client.ask(&at).await?,
                Limits::Set(set) => client.tell(&at, &account_change(set)?).await?,
            };
            Ok(limits.text(output))
        }
    }
}

/// `restrict …`.
///
/// # Errors
/// See [`rules`].
pub async fn restrict(client: &Client, command: &Restrict) -> Result<Vec<Restriction>, Failure> {
    let (one, restricted) = match command {
        Restrict::List => return client.ask(path::RESTRICTED).await,
        Restrict::Add(one) => (one, true),
        Restrict::Remove(one) => (one, false),
    };
    client
        .tell(path::RESTRICTED, &restriction(one, restricted)?)
        .await
}

/// `short …`.
///
/// # Errors
/// See [`rules`].
pub async fn short(client: &Client, command: &Short) -> Result<AccountLimitsStatus, Failure> {
    let allowed = |allowed| ShortSalesChange {
        allowed: Some(allowed),
        locate: None,
    };
    let (account, change) = match command {
        Short::Allow { account } => (account, allowed(true)),
        Short::Forbid { account } => (account, allowed(false)),
        Short::Locate {
            account,
            symbol,
            qty,
        } => {
            let (symbol, qty) = (*symbol, *qty);
            let change = ShortSalesChange {
                allowed: None,
                locate: Some(Locate { symbol, qty }),
            };
            (account, change)
        }
    };
    let at = with_name(path::SHORT_SALES, account.as_str());
    client.tell(&at, &change).await
}

/// `account …`, as text: it is one of two.
///
/// # Errors
/// See [`rules`].
pub async fn account(
    client: &Client,
    command: &Account,
    output: Output,
) -> Result<String, Failure> {
    match command {
        Account::Show { account } => {
            let at = with_name(path::ACCOUNT_LIMITS, account.as_str());
            let limits: AccountLimitsStatus = client.ask(&at).await?;
            Ok(limits.text(output))
        }
        Account::Open(open) => {
            let status: AccountStatus = client.tell(path::ACCOUNTS, &opened(open)).await?;
            Ok(status.text(output))
        }
    }
}

/// `fees …`.
///
/// # Errors
/// See [`rules`].
pub async fn fees(client: &Client, command: &Fees) -> Result<FeesStatus, Failure> {
    match command {
        Fees::Show => client.ask(path::FEES).await,
        Fees::Account { account } => {
            let account = *account;
            client
                .tell(path::FEE_ACCOUNT, &FeeAccountChange { account })
                .await
        }
        Fees::Set(set) => {
            let at = with_name(path::INSTRUMENT_FEES, set.symbol.as_str());
            client.tell(&at, &fees_change(set)).await
        }
    }
}

/// `tier …`.
///
/// # Errors
/// See [`rules`].
pub async fn tier(client: &Client, command: &Tier) -> Result<FeesStatus, Failure> {
    let Tier::Set { comp_id, tier } = command;
    let at = with_name(path::TIER, comp_id.as_str());
    client.tell(&at, &TierChange { tier: *tier }).await
}

/// `self-trade …`.
///
/// # Errors
/// See [`rules`].
pub async fn self_trade(client: &Client, command: &SelfTrade) -> Result<SelfTradeStatus, Failure> {
    match command {
        SelfTrade::Show { comp_id } => {
            client
                .ask(&with_name(path::SELF_TRADE, comp_id.as_str()))
                .await
        }
        SelfTrade::Set {
            comp_id,
            group,
            mode,
        } => {
            let change = SelfTradeChange {
                group: given(*group),
                mode: mode.map(self_trade_mode),
            };
            let at = with_name(path::SELF_TRADE, comp_id.as_str());
            client.tell(&at, &change).await
        }
    }
}

/// What was said, as the control port takes it.
fn given<T>(said: Option<OrOff<T>>) -> Setting<T> {
    said.map(|OrOff(value)| value)
}

fn rules_change(set: &SetRules) -> RulesChange {
    let share = |said: Option<OrOff<crate::args::figure::Share>>| {
        given(said).map(|share| share.map(|share| share.0))
    };
    RulesChange {
        collar_bps: share(set.collar),
        static_band_bps: share(set.static_band),
        dynamic_band_bps: share(set.dynamic_band),
        limit_up_limit_down: set.limit_up_limit_down.map(|tier| match tier {
            LuldTier::One => Some(RulesTier::One),
            LuldTier::Two => Some(RulesTier::Two),
            LuldTier::Off => None,
        }),
        stop_trigger: set.stop_trigger.map(|trigger| match trigger {
            Trigger::LastTrade => StopTrigger::LastTrade,
            Trigger::BestOpposite => StopTrigger::BestOpposite,
        }),
        market_needs_opposite: set.market_needs_opposite,
        max_notional: given(set.max_notional),
        fat_finger_bps: share(set.fat_finger),
        duplicate_nanos: given(set.duplicates).map(|span| span.map(|span| span.0)),
        volatility_nanos: set.volatility_call.map(|span| span.0),
        random_end_nanos: set.random_end.map(|span| span.0),
    }
}

fn participant_change(set: &SetLimits) -> Result<ParticipantLimitsChange, Failure> {
    if set.burst.is_some() && set.orders_per_second == Some(OrOff(None)) {
        let why = "--burst: not with --orders-per-second off";
        return Err(Failure::Usage(why.to_owned()));
    }
    let order_rate = given(set.orders_per_second).map(|rate| {
        rate.map(|per_second| OrderRate {
            per_second,
            burst: set.burst.unwrap_or(per_second),
        })
    });
    Ok(ParticipantLimitsChange {
        order_rate,
        max_open_orders: given(set.open_orders),
        asset: set.currency,
        credit: given(set.credit),
        gross: given(set.gross),
        net: given(set.net),
    })
}

fn account_change(set: &SetLimits) -> Result<AccountLimitsChange, Failure> {
    let missing = || Failure::Usage("--instrument: required with --account".to_owned());
    Ok(AccountLimitsChange {
        symbol: set.instrument.ok_or_else(missing)?,
        max_long: given(set.max_long),
        max_short: given(set.max_short),
    })
}

fn restriction(one: &Restricted, restricted: bool) -> Result<RestrictionChange, Failure> {
    Ok(RestrictionChange {
        who: one.holder.who()?,
        symbol: one.instrument,
        restricted,
    })
}

fn opened(open: &OpenAccount) -> OpenAccountRequest {
    let margin = match (open.margin, open.initial, open.maintenance) {
        (true, Some(initial), Some(maintenance)) => Some(MarginTerms {
            initial_bps: initial.0,
            maintenance_bps: maintenance.0,
            grace_nanos: open.grace.unwrap_or(GRACE).0,
        }),
        _ => None,
    };
    OpenAccountRequest {
        account: open.account,
        margin,
    }
}

fn fees_change(set: &SetFees) -> FeesChange {
    FeesChange {
        tier: set.tier,
        maker_ppm: set.maker.map(|rate| rate.0),
        taker_ppm: set.taker.map(|rate| rate.0),
        minimum: set.minimum,
    }
}

fn self_trade_mode(mode: Mode) -> Option<SelfTradeMode> {
    match mode {
        Mode::Allow => Some(SelfTradeMode::Allow),
        Mode::CancelNewest => Some(SelfTradeMode::CancelNewest),
        Mode::CancelOldest => Some(SelfTradeMode::CancelOldest),
        Mode::CancelBoth => Some(SelfTradeMode::CancelBoth),
        Mode::DecrementAndCancel => Some(SelfTradeMode::DecrementAndCancel),
        Mode::Venue => None,
    }
}

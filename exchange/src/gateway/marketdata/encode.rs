//! Market data messages: W, X, Y, f, y, h. In: what the view shows. Out: a [`Body`]. Fields stand in the order of the standard's groups.
//! Pure.

use crate::gateway::marketdata::request::{LEVELS_MAX, MarketDataRefused, Wants};
use crate::gateway::marketdata::tape::{Mend, Print};
use crate::gateway::marketdata::view::{Action, Book, Change, Indication, PhaseView};
use crate::gateway::own_fields::POSITION;
use crate::gateway::report::{price, qty};
use fix_engine::codec::body::Body;
use fix_engine::{msg_type, tag};
use market::halt::HaltCode;
use market::id::TradeId;
use market::instrument::{Instrument, Phase};
use market::order::Side;
use market::price::Price;
use market::time::Timestamp;

/// Entries in one MarketDataIncrementalRefresh (X); more go into further messages.
pub(crate) const ENTRIES_MAX: usize = 500;

/// What W and X begin with.
pub(crate) struct Heading<'a> {
    /// MDReqID (262).
    pub(crate) id: &'a str,
    pub(crate) instrument: &'a Instrument,
    /// LoggiaPosition (5003), for who asks for it.
    pub(crate) position: Option<String>,
}

impl Heading<'_> {
    fn begin(&self, msg_type: &'static str) -> Body {
        let mut body = Body::new(msg_type);
        body.push(tag::MD_REQ_ID, self.id);
        body.push_some(POSITION, self.position.as_deref());
        body
    }
}

/// MarketDataSnapshotFullRefresh (W): the best `depth` levels of each wanted side, and the last trade. An empty book has 268=0.
pub(crate) fn snapshot(heading: &Heading<'_>, book: &Book, depth: usize, wants: Wants) -> Body {
    let sides = sides(wants).into_iter().flatten();
    let mut entries = Vec::new();
    for side in sides {
        let levels = book.levels(side).take(depth).enumerate();
        entries.extend(levels.map(|(position, level)| (side, position + 1, level)));
    }
    let print = book.tape().last().filter(|_| wants.trades);
    let mut body = heading.begin(msg_type::MARKET_DATA_SNAPSHOT_FULL_REFRESH);
    body.push(tag::SYMBOL, heading.instrument.symbol.as_str());
    body.push(
        tag::NO_MD_ENTRIES,
        entries.len() + usize::from(print.is_some()),
    );
    for (side, position, (px, level)) in entries {
        body.push(tag::MD_ENTRY_TYPE, entry_type(side));
        body.push(tag::MD_ENTRY_PX, price(px));
        body.push(tag::MD_ENTRY_SIZE, qty(level.qty));
        body.push(tag::NUMBER_OF_ORDERS, level.orders);
        body.push(tag::MD_ENTRY_POSITION_NO, position);
    }
    if let Some(print) = print {
        body.push(tag::MD_ENTRY_TYPE, TRADE);
        body.push(tag::MD_ENTRY_PX, price(print.price));
        body.push(tag::MD_ENTRY_SIZE, qty(print.qty));
    }
    body
}

/// What is new for a subscriber.
#[derive(Default)]
pub(crate) struct News {
    /// New trades.
    pub(crate) prints: Vec<Print>,
    /// Trades that it may have been shown, and that were undone or corrected.
    pub(crate) mends: Vec<Mend>,
    pub(crate) changes: Vec<Change>,
}

/// MarketDataIncrementalRefresh (X), as many as needed. Trades come first, as they happened before the levels changed.
pub(crate) fn incremental(heading: &Heading<'_>, news: &News) -> Vec<Body> {
    let prints = news.prints.iter().map(Incremental::Print);
    let mends = news.mends.iter().map(Incremental::Mend);
    let levels = news.changes.iter().map(Incremental::Level);
    let entries: Vec<Incremental<'_>> = prints.chain(mends).chain(levels).collect();
    entries
        .chunks(ENTRIES_MAX)
        .map(|chunk| {
            let mut body = heading.begin(msg_type::MARKET_DATA_INCREMENTAL_REFRESH);
            body.push(tag::NO_MD_ENTRIES, chunk.len());
            for entry in chunk {
                entry.write(&mut body, heading.instrument);
            }
            body
        })
        .collect()
}

/// One entry of an X.
enum Incremental<'a> {
    Print(&'a Print),
    Mend(&'a Mend),
    Level(&'a Change),
}

impl Incremental<'_> {
    fn write(&self, body: &mut Body, instrument: &Instrument) {
        let (action, kind, id) = match self {
            Self::Print(print) => (Action::New, TRADE, trade_id(print.trade_id)),
            Self::Mend(mend) => (mend.action, TRADE, trade_id(mend.trade_id)),
            Self::Level(change) => (
                change.action,
                entry_type(change.side),
                level_id(change.side, change.price),
            ),
        };
        body.push(tag::MD_UPDATE_ACTION, update_action(action));
        body.push(tag::MD_ENTRY_TYPE, kind);
        body.push(tag::MD_ENTRY_ID, id);
        body.push(tag::SYMBOL, instrument.symbol.as_str());
        match self {
            Self::Print(Print {
                price: px, qty: of, ..
            })
            | Self::Mend(Mend {
                price: px, qty: of, ..
            }) => {
                body.push(tag::MD_ENTRY_PX, price(*px));
                body.push(tag::MD_ENTRY_SIZE, qty(*of));
            }
            Self::Level(change) => {
                body.push(tag::MD_ENTRY_PX, price(change.price));
                if let Some(level) = change.level {
                    body.push(tag::MD_ENTRY_SIZE, qty(level.qty));
                    body.push(tag::NUMBER_OF_ORDERS, level.orders);
                }
            }
        }
    }
}

/// MDUpdateAction (279).
const fn update_action(action: Action) -> char {
    match action {
        Action::New => '0',
        Action::Change => '1',
        Action::Delete => '2',
    }
}

/// MDEntryID (278) of a trade.
fn trade_id(trade_id: TradeId) -> String {
    format!("T{trade_id}")
}

/// MarketDataRequestReject (Y).
pub(crate) fn request_reject(id: &str, refused: MarketDataRefused) -> Body {
    let mut body = Body::new(msg_type::MARKET_DATA_REQUEST_REJECT);
    body.push(tag::MD_REQ_ID, id);
    body.push(tag::MD_REQ_REJ_REASON, refused.code());
    body.push(tag::TEXT, refused.text());
    body
}

/// MarketDataRequestReject (Y) for one symbol of a request that was taken: its book has more levels now than one W may have.
pub(crate) fn too_deep(id: &str, instrument: &Instrument) -> Body {
    let mut body = Body::new(msg_type::MARKET_DATA_REQUEST_REJECT);
    body.push(tag::MD_REQ_ID, id);
    body.push(tag::MD_REQ_REJ_REASON, MarketDataRefused::TooDeep.code());
    let symbol = instrument.symbol;
    body.push(
        tag::TEXT,
        format!(
            "MarketDepth (264): the book of {symbol} has more than {LEVELS_MAX} levels, ask for a limited depth"
        ),
    );
    body
}

/// Why a SecurityStatus (f) is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// It was asked for.
    Asked,
    /// It has begun to be told, or something of it is different.
    Unasked {
        /// Whether the phase is another one than was told.
        is_new_phase: bool,
    },
}

/// SecurityStatus (f). HighPx (332) and LowPx (333) are in a call what the auction would come to, for which FIX 4.4 has them («an
/// indication of the price range prior to the open or reopen»), and in continuous trading the bands of limit-up limit-down. `id` is
/// SecurityStatusReqID (324) of the request; without one it is unsolicited (325=Y).
pub(crate) fn security_status(
    id: Option<&str>,
    instrument: &Instrument,
    phase: PhaseView,
    occasion: Occasion,
) -> Body {
    let mut body = Body::new(msg_type::SECURITY_STATUS);
    body.push_some(tag::SECURITY_STATUS_REQ_ID, id);
    body.push(tag::SYMBOL, instrument.symbol.as_str());
    body.push(tag::CURRENCY, instrument.currency.as_str());
    if occasion != Occasion::Asked {
        body.push(tag::UNSOLICITED_INDICATOR, true);
    }
    let is_new_phase = occasion == Occasion::Unasked { is_new_phase: true };
    let bands = phase.price_bands();
    let limit_state = phase.limit_state.filter(|_| bands.is_some());
    let status: u32 = match phase.phase {
        Phase::Halted => 2,
        Phase::Open => match limit_state {
            Some((Side::Buy, _)) => 7,
            Some((Side::Sell, _)) => 8,
            None if is_new_phase && phase.before == Phase::Halted => 3,
            None => 17,
        },
        Phase::PreOpen => 21,
        Phase::OpeningAuction => 22,
        Phase::IntradayAuction | Phase::VolatilityAuction | Phase::ClosingAuction => 5,
        Phase::Closed | Phase::PostTrade => 18,
    };
    body.push(tag::SECURITY_TRADING_STATUS, status);
    if let Some(Indication {
        price: at,
        buys,
        sells,
    }) = phase.indication
    {
        body.push(tag::BUY_VOLUME, qty(buys));
        body.push(tag::SELL_VOLUME, qty(sells));
        body.push(tag::HIGH_PX, price(at));
        body.push(tag::LOW_PX, price(at));
    }
    if let Some(bands) = bands {
        body.push(tag::HIGH_PX, price(bands.upper));
        body.push(tag::LOW_PX, price(bands.lower));
    }
    let code = phase.halt.and_then(|halt| halt_reason_char(halt.code));
    body.push_some(tag::HALT_REASON_CHAR, code);
    body.push_some(tag::TEXT, status_text(&phase, limit_state, occasion));
    body
}

/// Text (58): why the phase is what it is, and what a limit state comes to. Why it is open is not told again when only bands have moved.
fn status_text(
    phase: &PhaseView,
    limit_state: Option<(Side, Timestamp)>,
    occasion: Occasion,
) -> Option<String> {
    let is_told = phase.phase == Phase::Open
        && occasion
            == Occasion::Unasked {
                is_new_phase: false,
            };
    let reason = phase.reason.as_ref().filter(|_| !is_told);
    let reason = reason.map(|reason| reason.as_str());
    let reason = reason.or_else(|| phase_text(phase.phase));
    match (reason, limit_state) {
        (Some(reason), Some((_, until))) => Some(format!("{reason}; {}", limit_state_text(until))),
        (None, Some((_, until))) => Some(limit_state_text(until)),
        (reason, None) => reason.map(str::to_owned),
    }
}

/// What a limit state comes to, with the time of day by UTC.
fn limit_state_text(until: Timestamp) -> String {
    let day_secs = until.nanos().div_euclid(1_000_000_000).rem_euclid(86_400);
    let (hour, minute, second) = (day_secs / 3_600, day_secs / 60 % 60, day_secs % 60);
    format!(
        "limit state: trading pauses at {hour:02}:{minute:02}:{second:02} UTC unless the book leaves the band"
    )
}

/// HaltReasonChar (327).
const fn halt_reason_char(code: HaltCode) -> Option<char> {
    match code {
        HaltCode::Other => None,
        HaltCode::OrderImbalance => Some('I'),
        HaltCode::EquipmentChangeover => Some('X'),
        HaltCode::NewsPending => Some('P'),
        HaltCode::NewsDissemination => Some('D'),
        HaltCode::OrderInflux => Some('E'),
        HaltCode::AdditionalInformation => Some('M'),
    }
}

/// What SecurityTradingStatus (326) does not tell apart.
const fn phase_text(phase: Phase) -> Option<&'static str> {
    match phase {
        Phase::IntradayAuction => Some("intraday auction"),
        Phase::VolatilityAuction => Some("volatility auction"),
        Phase::ClosingAuction => Some("closing auction"),
        Phase::PostTrade => Some("post-trade"),
        Phase::Open | Phase::Halted | Phase::Closed | Phase::PreOpen | Phase::OpeningAuction => {
            None
        }
    }
}

/// SecurityList (y) of the instruments in `part`; `total` is how many there are in all parts.
pub(crate) fn security_list(
    id: &str,
    response_id: &str,
    part: &[Instrument],
    total: usize,
    is_last: bool,
) -> Body {
    let mut body = Body::new(msg_type::SECURITY_LIST);
    body.push(tag::SECURITY_REQ_ID, id);
    body.push(tag::SECURITY_RESPONSE_ID, response_id);
    body.push(
        tag::SECURITY_REQUEST_RESULT,
        if total == 0 { 2_u32 } else { 0 },
    );
    if total == 0 {
        return body;
    }
    body.push(tag::TOT_NO_RELATED_SYM, total);
    body.push(tag::LAST_FRAGMENT, is_last);
    body.push(tag::NO_RELATED_SYM, part.len());
    for instrument in part {
        body.push(tag::SYMBOL, instrument.symbol.as_str());
        body.push(tag::CURRENCY, instrument.currency.as_str());
        body.push(tag::ROUND_LOT, qty(instrument.lot));
        body.push(tag::MIN_TRADE_VOL, qty(instrument.min_qty));
        body.push(
            tag::TEXT,
            format!("tick={} max={}", instrument.tick, instrument.max_qty),
        );
    }
    body
}

/// SecurityList (y) that says no: SecurityRequestResult (560) 1, invalid or unsupported request.
pub(crate) fn security_list_refused(id: &str, response_id: &str) -> Body {
    let mut body = Body::new(msg_type::SECURITY_LIST);
    body.push(tag::SECURITY_REQ_ID, id);
    body.push(tag::SECURITY_RESPONSE_ID, response_id);
    body.push(tag::SECURITY_REQUEST_RESULT, 1_u32);
    body
}

/// TradSesStatus (340); the first that holds of any instrument is the session's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TradSes {
    Open,
    PreOpen,
    PreClose,
    Halted,
    Closed,
}

impl TradSes {
    const fn code(self) -> u32 {
        match self {
            Self::Halted => 1,
            Self::Open => 2,
            Self::Closed => 3,
            Self::PreOpen => 4,
            Self::PreClose => 5,
        }
    }
}

/// TradingSessionStatus (h).
pub(crate) fn trading_session_status(id: &str, phases: impl Iterator<Item = Phase>) -> Body {
    // The session is as far as its farthest instrument: what trades, else what is about to, else what is about to close.
    let status = phases
        .map(|phase| match phase {
            Phase::Open | Phase::IntradayAuction | Phase::VolatilityAuction => TradSes::Open,
            Phase::PreOpen | Phase::OpeningAuction => TradSes::PreOpen,
            Phase::ClosingAuction => TradSes::PreClose,
            Phase::Halted => TradSes::Halted,
            Phase::Closed | Phase::PostTrade => TradSes::Closed,
        })
        .min()
        .unwrap_or(TradSes::Closed);
    let mut body = Body::new(msg_type::TRADING_SESSION_STATUS);
    body.push(tag::TRAD_SES_REQ_ID, id);
    body.push(tag::TRADING_SESSION_ID, TRADING_SESSION);
    body.push(tag::TRAD_SES_STATUS, status.code());
    body
}

/// TradingSessionStatus (h) that says no: TradSesStatus (340) 6 with TradSesStatusRejReason (567) 1, unknown TradingSessionID.
pub(crate) fn trading_session_refused(id: &str, session: &str) -> Body {
    let mut body = Body::new(msg_type::TRADING_SESSION_STATUS);
    body.push(tag::TRAD_SES_REQ_ID, id);
    body.push(tag::TRADING_SESSION_ID, session);
    body.push(tag::TRAD_SES_STATUS, 6_u32);
    body.push(tag::TRAD_SES_STATUS_REJ_REASON, 1_u32);
    body
}

/// TradingSessionID (336) of the venue's one session a day.
pub(crate) const TRADING_SESSION: &str = "DAY";

/// MDEntryType (269) of a trade.
const TRADE: char = '2';

/// The sides that are wanted.
pub(crate) fn sides(wants: Wants) -> [Option<Side>; 2] {
    [
        wants.bids.then_some(Side::Buy),
        wants.offers.then_some(Side::Sell),
    ]
}

fn entry_type(side: Side) -> char {
    match side {
        Side::Buy => '0',
        Side::Sell => '1',
    }
}

/// MDEntryID (278) of a level: the same as long as anybody may remember it.
fn level_id(side: Side, price: Price) -> String {
    match side {
        Side::Buy => format!("B{price}"),
        Side::Sell => format!("O{price}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_as_far_as_its_farthest_instrument() {
        let (open, halted, closed) = (Phase::Open, Phase::Halted, Phase::Closed);
        let cases: [(&[Phase], &str); 8] = [
            (&[], "3"),
            (&[closed, Phase::PostTrade], "3"),
            (&[closed, halted], "1"),
            (&[halted, Phase::ClosingAuction], "5"),
            (&[Phase::ClosingAuction, Phase::PreOpen], "4"),
            (&[Phase::OpeningAuction, closed], "4"),
            (&[Phase::PreOpen, open, halted], "2"),
            (&[closed, Phase::VolatilityAuction], "2"),
        ];
        for (phases, status) in cases {
            let body = trading_session_status("g", phases.iter().copied());
            let text = String::from_utf8_lossy(body.bytes()).replace('\u{1}', "|");
            let expected = format!("335=g|336=DAY|340={status}|");
            assert_eq!(text, expected, "{phases:?}");
        }
    }
}

//! Market data requests as FIX has them (V, e, x, g). In: a message and the reference data. Out: what is asked, or why not, with
//! the code for a MarketDataRequestReject (Y). Pure.

use crate::directory::Directory;
use crate::gateway::marketdata::view::{Book, View};
use crate::gateway::own_fields::WANTS_POSITION;
use crate::gateway::refused::Refused;
use fix_engine::codec::message::Message;
use fix_engine::codec::view::View as Fields;
use fix_engine::tag;
use market::id::InstrumentId;
use market::instrument::Instrument;

/// The deepest limited book that may be asked for (MarketDepth, 264); 0 asks for all levels.
pub const DEPTH_MAX: usize = 1000;
/// Levels of a book, of both sides together, up to which all of them may be asked for, and are sent: a W has to be one message.
pub const LEVELS_MAX: usize = 100_000;
/// Symbols in one request.
pub const SYMBOLS_MAX: usize = 200;
/// Characters of an id that is kept for a subscription.
pub const ID_MAX: usize = 64;

/// A MarketDataRequest (V).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketDataRequest {
    /// MDReqID (262).
    pub id: String,
    /// SubscriptionRequestType (263).
    pub kind: Subscription,
    /// MarketDepth (264).
    pub depth: Depth,
    /// MDEntryType (269).
    pub wants: Wants,
    /// LoggiaWantsPosition (5002): whether W and X say of which entry of the journal they are.
    pub with_position: bool,
    /// The instruments, each once.
    pub instruments: Vec<InstrumentId>,
}

/// SubscriptionRequestType (263).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subscription {
    /// 0.
    Snapshot,
    /// 1.
    Subscribe,
    /// 2.
    Unsubscribe,
}

/// MarketDepth (264).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// 0: all levels.
    Full,
    /// 1: top of book; N: the best N.
    Best(usize),
}

/// Which entries are wanted (MDEntryType, 269).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// 0.
    pub bids: bool,
    /// 1.
    pub offers: bool,
    /// 2.
    pub trades: bool,
}

/// Why a V is refused with a MarketDataRequestReject (Y).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarketDataRefused {
    /// 281=0.
    UnknownSymbol,
    /// 281=1.
    DuplicateId,
    /// 281=2: as many subscriptions as the session may have.
    TooMany,
    /// 281=3.
    NotAuthorised,
    /// 281=4.
    Subscription,
    /// 281=5.
    Depth,
    /// 281=5: all levels of a book that has more than [`LEVELS_MAX`].
    TooDeep,
    /// 281=6.
    UpdateType,
    /// 281=7.
    Unaggregated,
    /// 281=8.
    EntryType,
}

impl MarketDataRequest {
    /// Whether the books are small enough for all their levels, if these are asked for.
    ///
    /// # Errors
    /// [`MarketDataRefused::TooDeep`].
    pub fn check_levels(&self, view: &View) -> Result<(), MarketDataRefused> {
        let mut books = self.instruments.iter().filter_map(|id| view.book(*id));
        if books.any(|book| self.depth.is_too_deep(book)) {
            return Err(MarketDataRefused::TooDeep);
        }
        Ok(())
    }
}

impl Depth {
    /// Whether a W of this book would have more levels than one may have.
    pub(crate) fn is_too_deep(self, book: &Book) -> bool {
        self == Self::Full && book.level_count() > LEVELS_MAX
    }
}

impl MarketDataRefused {
    /// MDReqRejReason (281).
    pub fn code(self) -> char {
        match self {
            Self::UnknownSymbol => '0',
            Self::DuplicateId => '1',
            Self::TooMany => '2',
            Self::NotAuthorised => '3',
            Self::Subscription => '4',
            Self::Depth | Self::TooDeep => '5',
            Self::UpdateType => '6',
            Self::Unaggregated => '7',
            Self::EntryType => '8',
        }
    }

    /// Text (58).
    pub fn text(self) -> &'static str {
        match self {
            Self::UnknownSymbol => "Symbol (55): unknown symbol, or none",
            Self::DuplicateId => "MDReqID (262): in use by another subscription",
            Self::TooMany => "too many symbols subscribed in this session",
            Self::NotAuthorised => "not authorised for market data",
            Self::Subscription => "SubscriptionRequestType (263): must be 0, 1 or 2",
            Self::Depth => "MarketDepth (264): must be 0 (all levels) to 1000",
            Self::TooDeep => {
                "MarketDepth (264): a book has more than 100000 levels, ask for a limited depth"
            }
            Self::UpdateType => "MDUpdateType (265): only incremental refresh (1) is offered",
            Self::Unaggregated => "AggregatedBook (266): only the book by price level is offered",
            Self::EntryType => "MDEntryType (269): only 0 bid, 1 offer and 2 trade are offered",
        }
    }
}

/// An id that the venue has to remember or give back.
///
/// # Errors
/// [`Refused::Field`] when it is missing, [`Refused::Identifier`] when it is too long.
pub fn id(message: &Message, tag: u32) -> Result<String, Refused> {
    let text = message.require_text(tag)?;
    if text.len() > ID_MAX {
        return Err(Refused::Identifier {
            tag,
            why: market::text::TextError::TooLong { limit: ID_MAX },
        });
    }
    Ok(text.to_owned())
}

/// SubscriptionRequestType (263) of a request that has one.
///
/// # Errors
/// [`Refused::Field`] when it is missing or no character, [`Refused::Unsupported`] for another value.
pub fn subscription(message: &Message) -> Result<Subscription, Refused> {
    message.require(tag::SUBSCRIPTION_REQUEST_TYPE)?;
    match message.char(tag::SUBSCRIPTION_REQUEST_TYPE)? {
        Some(b'0') => Ok(Subscription::Snapshot),
        Some(b'1') => Ok(Subscription::Subscribe),
        Some(b'2') => Ok(Subscription::Unsubscribe),
        _ => Err(Refused::Unsupported {
            tag: tag::SUBSCRIPTION_REQUEST_TYPE,
        }),
    }
}

/// The instrument of a request about one.
///
/// # Errors
/// [`Refused::Missing`] or [`Refused::UnknownSymbol`].
pub fn instrument(message: &Message, directory: &Directory) -> Result<Instrument, Refused> {
    let symbol = message
        .text(tag::SYMBOL)
        .ok_or(Refused::Missing { tag: tag::SYMBOL })?;
    directory
        .instrument_by_symbol(symbol)
        .ok_or(Refused::UnknownSymbol)
}

/// Reads a MarketDataRequest (V) with this MDReqID (262).
///
/// # Errors
/// What goes into a Y.
pub fn market_data(
    message: &Message,
    id: String,
    directory: &Directory,
) -> Result<MarketDataRequest, MarketDataRefused> {
    let kind = subscription(message).map_err(|_| MarketDataRefused::Subscription)?;
    let depth = depth(message)?;
    let is_full_refresh = message.value(tag::MD_UPDATE_TYPE) == Some(b"0");
    if is_full_refresh && kind == Subscription::Subscribe {
        return Err(MarketDataRefused::UpdateType);
    }
    if message.value(tag::AGGREGATED_BOOK) == Some(b"N") {
        return Err(MarketDataRefused::Unaggregated);
    }
    Ok(MarketDataRequest {
        id,
        kind,
        depth,
        wants: wants(message)?,
        with_position: message.bool(WANTS_POSITION) == Ok(Some(true)),
        instruments: instruments(message, directory)?,
    })
}

fn depth(message: &Message) -> Result<Depth, MarketDataRefused> {
    let asked = message
        .uint(tag::MARKET_DEPTH)
        .ok()
        .flatten()
        .and_then(|depth| usize::try_from(depth).ok());
    match asked {
        Some(0) => Ok(Depth::Full),
        Some(best) if best <= DEPTH_MAX => Ok(Depth::Best(best)),
        _ => Err(MarketDataRefused::Depth),
    }
}

fn wants(message: &Message) -> Result<Wants, MarketDataRefused> {
    let mut wants = Wants::default();
    for entry in message.group(tag::NO_MD_ENTRY_TYPES) {
        match entry.value(tag::MD_ENTRY_TYPE) {
            Some(b"0") => wants.bids = true,
            Some(b"1") => wants.offers = true,
            Some(b"2") => wants.trades = true,
            _ => return Err(MarketDataRefused::EntryType),
        }
    }
    if wants == Wants::default() {
        return Err(MarketDataRefused::EntryType);
    }
    Ok(wants)
}

fn instruments(
    message: &Message,
    directory: &Directory,
) -> Result<Vec<InstrumentId>, MarketDataRefused> {
    let mut instruments = Vec::new();
    for entry in message.group(tag::NO_RELATED_SYM) {
        let id = known_symbol(entry, directory).ok_or(MarketDataRefused::UnknownSymbol)?;
        if !instruments.contains(&id) {
            instruments.push(id);
        }
        if instruments.len() > SYMBOLS_MAX {
            return Err(MarketDataRefused::TooMany);
        }
    }
    if instruments.is_empty() {
        return Err(MarketDataRefused::UnknownSymbol);
    }
    Ok(instruments)
}

fn known_symbol(entry: Fields<'_>, directory: &Directory) -> Option<InstrumentId> {
    let symbol = entry.text(tag::SYMBOL)?;
    Some(directory.instrument_by_symbol(symbol)?.id)
}

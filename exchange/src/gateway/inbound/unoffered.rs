//! What an order may not say here. FIX 4.4 has fields that make another order of an order: another currency, another unit, another
//! moment, another instrument. This venue has none of that, and an order that asks for it is refused. One table: the field, the value
//! that is taken because it says what is so anyway, and why not any other. Fields that are not in the table change nothing that the
//! venue does: they are ignored. Pure.

use crate::directory::Directory;
use crate::gateway::marketdata::encode::TRADING_SESSION;
use crate::gateway::refused::Refused;
use fix_engine::codec::message::Message;
use fix_engine::tag;
use market::instrument::Instrument;

/// A field that is refused unless its value says what is so anyway.
struct Unoffered {
    tag: u32,
    taken: Taken,
    /// Text (58), after the name of the field.
    why: &'static str,
}

/// What is taken all the same.
enum Taken {
    /// No value.
    Nothing,
    /// This one.
    Only(&'static str),
    /// The currency of the instrument.
    ItsCurrency,
    /// A moment that is not after SendingTime (52).
    Past,
    /// The venue's one trading session.
    TheSession,
}

const fn row(tag: u32, taken: Taken, why: &'static str) -> Unoffered {
    Unoffered { tag, taken, why }
}

/// Of a NewOrderSingle (D) or an OrderCancelReplaceRequest (G).
const OF_AN_ORDER: [Unoffered; 27] = [
    row(
        tag::LOCATE_REQD,
        Taken::Only("N"),
        "what a short sale borrows is located before it",
    ),
    // Money.
    row(
        tag::CURRENCY,
        Taken::ItsCurrency,
        "prices are in the currency of the instrument",
    ),
    row(
        tag::SETTL_CURRENCY,
        Taken::ItsCurrency,
        "trades settle in the currency of the instrument",
    ),
    row(tag::PRICE_TYPE, Taken::Only("2"), "prices are per unit"),
    row(
        tag::CASH_MARGIN,
        Taken::Only("1"),
        "whether an account is on margin is set by the operator, not by an order",
    ),
    row(
        tag::BOOKING_TYPE,
        Taken::Only("0"),
        "orders are for the instrument itself",
    ),
    row(
        tag::SETTL_TYPE,
        Taken::Only("0"),
        "only regular settlement is offered",
    ),
    row(
        tag::SETTL_DATE,
        Taken::Nothing,
        "only regular settlement is offered",
    ),
    row(
        tag::SETTL_DATE2,
        Taken::Nothing,
        "only regular settlement is offered",
    ),
    row(
        tag::FOREX_REQ,
        Taken::Only("N"),
        "the venue exchanges no currencies",
    ),
    row(tag::PRICE2, Taken::Nothing, "an order has one price"),
    // Quantity.
    row(tag::QTY_TYPE, Taken::Only("0"), "quantities are in units"),
    row(
        tag::CASH_ORDER_QTY,
        Taken::Nothing,
        "a quantity is given as OrderQty (38)",
    ),
    row(
        tag::ORDER_PERCENT,
        Taken::Nothing,
        "a quantity is given as OrderQty (38)",
    ),
    row(tag::ORDER_QTY2, Taken::Nothing, "an order has one quantity"),
    row(
        tag::MAX_SHOW,
        Taken::Nothing,
        "a part is shown with MaxFloor (111)",
    ),
    // The moment.
    row(
        tag::EFFECTIVE_TIME,
        Taken::Past,
        "orders are effective at once",
    ),
    row(
        tag::NO_TRADING_SESSIONS,
        Taken::TheSession,
        "the one trading session is DAY",
    ),
    // The price at which it may trade.
    row(
        tag::PEG_MOVE_TYPE,
        Taken::Only("0"),
        "a pegged order follows at all times",
    ),
    row(
        tag::PEG_OFFSET_TYPE,
        Taken::Only("0"),
        "an offset is a price",
    ),
    row(
        tag::PEG_LIMIT_TYPE,
        Taken::Only("0"),
        "a limit is not passed",
    ),
    row(
        tag::DISCRETION_INST,
        Taken::Nothing,
        "discretion is not offered",
    ),
    row(
        tag::DISCRETION_OFFSET_VALUE,
        Taken::Nothing,
        "discretion is not offered",
    ),
    row(
        tag::DISCRETION_MOVE_TYPE,
        Taken::Nothing,
        "discretion is not offered",
    ),
    row(
        tag::TARGET_STRATEGY,
        Taken::Nothing,
        "strategies are not offered",
    ),
    row(
        tag::TARGET_STRATEGY_PARAMETERS,
        Taken::Nothing,
        "strategies are not offered",
    ),
    row(
        tag::PARTICIPATION_RATE,
        Taken::Nothing,
        "strategies are not offered",
    ),
];

/// Of any message that names an instrument: with one of these it names another than Symbol (55) does.
const OF_AN_INSTRUMENT: [Unoffered; 5] = [
    row(tag::SYMBOL_SFX, Taken::Nothing, OTHER_INSTRUMENT),
    row(tag::MATURITY_MONTH_YEAR, Taken::Nothing, OTHER_INSTRUMENT),
    row(tag::MATURITY_DATE, Taken::Nothing, OTHER_INSTRUMENT),
    row(tag::PUT_OR_CALL, Taken::Nothing, OTHER_INSTRUMENT),
    row(tag::STRIKE_PRICE, Taken::Nothing, OTHER_INSTRUMENT),
];

const OTHER_INSTRUMENT: &str = "names another instrument than Symbol (55)";
/// SecurityIDSource (22): exchange symbol.
const EXCHANGE_SYMBOL: &str = "8";

/// Whether an order for `instrument` asks only for what there is.
///
/// # Errors
/// [`Refused::Unoffered`] with the first field that does not; [`Refused::Field`] for a time that is none.
pub(super) fn check_order(message: &Message, instrument: &Instrument) -> Result<(), Refused> {
    check(&OF_AN_ORDER, message, instrument)
}

/// Whether a message names `instrument`, and no other, in all its fields. An ISIN or another number that the venue does not have is
/// not compared.
///
/// # Errors
/// [`Refused::Unoffered`] with the field that names another one.
pub(super) fn check_instrument(
    message: &Message,
    instrument: &Instrument,
    directory: &Directory,
) -> Result<(), Refused> {
    check(&OF_AN_INSTRUMENT, message, instrument)?;
    let Some(id) = message.text(tag::SECURITY_ID) else {
        return Ok(());
    };
    let is_symbol = message.text(tag::SECURITY_ID_SOURCE) == Some(EXCHANGE_SYMBOL);
    let is_known = || directory.instrument_by_symbol(id).is_some();
    if id != instrument.symbol.as_str() && (is_symbol || is_known()) {
        return Err(Refused::Unoffered {
            tag: tag::SECURITY_ID,
            why: OTHER_INSTRUMENT,
        });
    }
    Ok(())
}

fn check(table: &[Unoffered], message: &Message, instrument: &Instrument) -> Result<(), Refused> {
    for row in table.iter().filter(|row| message.has(row.tag)) {
        if !row.takes(message, instrument)? {
            return Err(Refused::Unoffered {
                tag: row.tag,
                why: row.why,
            });
        }
    }
    Ok(())
}

impl Unoffered {
    fn takes(&self, message: &Message, instrument: &Instrument) -> Result<bool, Refused> {
        let value = message.text(self.tag);
        Ok(match self.taken {
            Taken::Nothing => false,
            Taken::Only(one) => value == Some(one),
            Taken::ItsCurrency => value == Some(instrument.currency.as_str()),
            Taken::Past => message.timestamp(self.tag)? <= message.timestamp(tag::SENDING_TIME)?,
            Taken::TheSession => message
                .group(self.tag)
                .all(|entry| entry.text(tag::TRADING_SESSION_ID) == Some(TRADING_SESSION)),
        })
    }
}

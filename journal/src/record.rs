//! A record: one entry as bytes, with its length, its checksum and what was settled when it was made. The layout is drawn in
//! [the crate](crate).

use crate::encoder::encode;
use crate::entry::{Entry, Instruction, Origin, TraceId};
use market::event::Event;
use market::time::Timestamp;
use serde::Deserialize;

/// Bytes before the payload.
pub const HEADER_BYTES: usize = 16;
/// The longest payload: what the length can say. An entry fits that trades or ends every order that the market may hold, and every slice of
/// icebergs that does not show yet, with all that one command triggers and prices anew: the bounds of [`market::limits::Limits`] are such.
pub const MAX_PAYLOAD_BYTES: usize = u32::MAX as usize;

/// The fixed part of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHeader {
    /// Bytes of the payload.
    pub payload_bytes: usize,
    /// CRC-32 of everything else.
    pub crc: u32,
    /// Every entry up to this number was durable when the record was made.
    pub settled: u64,
}

impl RecordHeader {
    /// Reads a header; `None` when the length is impossible: nothing.
    pub fn read(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        let [a, b, c, d, e, f, g, h, settled @ ..] = *bytes;
        let payload_bytes = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok()?;
        (payload_bytes > 0).then_some(Self {
            payload_bytes,
            crc: u32::from_le_bytes([e, f, g, h]),
            settled: u64::from_le_bytes(settled),
        })
    }

    /// Whether the checksum fits header and payload.
    pub fn vouches_for(&self, payload: &[u8]) -> bool {
        u32::try_from(payload.len())
            .is_ok_and(|len| checksum(len, self.settled, payload) == self.crc)
    }
}

/// Appends an entry as a record to `out`.
///
/// # Errors
/// The payload's length when it is beyond [`MAX_PAYLOAD_BYTES`]; `out` is as before then.
pub fn append(entry: &Entry, settled: u64, out: &mut Vec<u8>) -> Result<(), usize> {
    let start = out.len();
    out.extend_from_slice(&[0; HEADER_BYTES]);
    encode(entry, out);
    let payload_bytes = out.len() - start - HEADER_BYTES;
    let Ok(len) = u32::try_from(payload_bytes) else {
        out.truncate(start);
        return Err(payload_bytes);
    };
    let crc = checksum(len, settled, &out[start + HEADER_BYTES..]);
    out[start..start + 4].copy_from_slice(&len.to_le_bytes());
    out[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
    out[start + 8..start + HEADER_BYTES].copy_from_slice(&settled.to_le_bytes());
    Ok(())
}

/// The entry in a payload; `None` when it is not one, or has bytes left over.
pub fn decode(payload: &[u8]) -> Option<Entry> {
    match postcard::take_from_bytes::<Entry>(payload) {
        Ok((entry, [])) => Some(entry),
        _ => None,
    }
}

/// An entry as it is stored, its events still as bytes: replaying compares them as they are.
#[derive(Debug)]
pub struct Stored<'a> {
    /// Everything else.
    pub head: Head,
    /// The events in postcard's encoding.
    pub events: &'a [u8],
}

/// An [`Entry`] without its events, its fields in the same order.
#[derive(Debug, Deserialize)]
pub struct Head {
    /// See [`Entry::seq`].
    pub seq: u64,
    /// See [`Entry::at`].
    pub at: Timestamp,
    /// See [`Entry::origin`].
    pub origin: Origin,
    /// See [`Entry::trace`].
    pub trace: TraceId,
    /// See [`Entry::instruction`].
    pub instruction: Instruction,
}

impl Head {
    /// The whole entry.
    pub fn with(self, events: Vec<Event>) -> Entry {
        Entry {
            seq: self.seq,
            at: self.at,
            origin: self.origin,
            trace: self.trace,
            instruction: self.instruction,
            events,
        }
    }
}

/// The entry in a payload without its events, and where in the payload these begin; `None` when it does not begin like one.
pub fn head(payload: &[u8]) -> Option<(Head, usize)> {
    let (head, events) = postcard::take_from_bytes::<Head>(payload).ok()?;
    Some((head, payload.len() - events.len()))
}

/// Events as they are stored, instead of what `out` held.
pub fn encode_events(events: &[Event], out: &mut Vec<u8>) {
    out.clear();
    encode(events, out);
}

/// Events that were stored; `None` when they are not, or have bytes left over.
pub fn decode_events(stored: &[u8]) -> Option<Vec<Event>> {
    match postcard::take_from_bytes(stored) {
        Ok((events, [])) => Some(events),
        _ => None,
    }
}

/// The number of the entry in a payload, without decoding the rest.
pub fn seq(payload: &[u8]) -> Option<u64> {
    postcard::take_from_bytes::<u64>(payload)
        .ok()
        .map(|(seq, _)| seq)
}

fn checksum(len: u32, settled: u64, payload: &[u8]) -> u32 {
    let mut head = [0; 12];
    head[..4].copy_from_slice(&len.to_le_bytes());
    head[4..].copy_from_slice(&settled.to_le_bytes());
    let mut crc = crc32fast::Hasher::new();
    crc.update(&head);
    crc.update(payload);
    crc.finalize()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::MAX_PAYLOAD_BYTES;
    use market::event::{CancelReason, Event, Restatement};
    use market::fees::TradeFees;
    use market::id::{AccountId, InstrumentId, OrderId, ParticipantId, TradeId};
    use market::instrument::Auction;
    use market::limits::Limits;
    use market::money::Money;
    use market::order::{
        OrdStatus, OrdType, OrderFacts, OrderTerms, Peg, Side, TimeInForce, Working,
    };
    use market::price::Price;
    use market::qty::Qty;
    use market::text::Text;
    use market::time::Timestamp;

    /// An order whose every figure is as long as figures are.
    fn order() -> OrderFacts {
        let (price, qty) = (Price::from_raw(i64::MIN), Qty::from_raw(i64::MIN));
        let money = Money::from_raw(i128::MIN);
        OrderFacts {
            order_id: OrderId(u64::MAX),
            cl_ord_id: longest(),
            participant: ParticipantId(u32::MAX),
            terms: OrderTerms {
                max_floor: Some(qty),
                min_qty: Some(qty),
                ..OrderTerms::plain(
                    AccountId(u32::MAX),
                    InstrumentId(u32::MAX),
                    Side::Sell,
                    OrdType::Pegged {
                        peg: Peg::Primary,
                        offset: price,
                        limit: Some(price),
                    },
                    TimeInForce::Gtd(Timestamp::from_nanos(i64::MIN)),
                    qty,
                )
            },
            working: Working::At(price),
            ord_status: OrdStatus::Expired,
            cum_qty: qty,
            leaves_qty: qty,
            cum_notional: money,
            reserved: money,
        }
    }

    fn longest<const N: usize>() -> Text<N> {
        "~".repeat(N).parse().unwrap()
    }

    fn bytes(event: &Event) -> usize {
        postcard::to_allocvec(event).unwrap().len()
    }

    /// What one command comes to at most. Each trade ends a slice that shows, or else the order that arrives: that is the one of the command, a
    /// stop that it triggers or an all-or-none order that waited. An order that no trade ends is cancelled or expires; before that its price may have
    /// followed the book, or what is left of it was decremented: two events of one order are no longer than a trade, which tells two. Only between
    /// triggers it gets another price more often; those are counted. And each level that has changed is told once.
    #[test]
    fn the_longest_entry_fits_into_one_record() {
        let (instrument, price, qty) = (
            InstrumentId(u32::MAX),
            Price::from_raw(i64::MIN),
            Qty::from_raw(i64::MIN),
        );
        let money = Money::from_raw(i128::MIN);
        let traded = bytes(&Event::Traded {
            trade_id: TradeId(u64::MAX),
            instrument,
            price,
            qty,
            notional: money,
            maker: order(),
            taker: order(),
            fees: Some(TradeFees {
                account: AccountId(u32::MAX),
                maker: money,
                taker: money,
            }),
            auction: Some(Auction::Closing),
        });
        let ended = bytes(&Event::OrderCanceled {
            order: order(),
            request: Some(longest()),
            reason: CancelReason::MarginCall,
        });
        let restated = bytes(&Event::OrderRestated {
            order: order(),
            reason: Restatement::Repriced,
        });
        let level = bytes(&Event::LevelChanged {
            instrument,
            side: Side::Sell,
            price,
            qty,
            orders: u32::MAX,
        });
        let limits = Limits::default();
        let orders = limits.max_live_orders as usize;
        let slices = orders + usize::try_from(limits.max_hidden_slices).unwrap();
        // The last prices that are given before it is enough may be those of all; an order that gets its last one then does not end.
        let repriced = limits.max_repriced as usize;
        let arriving = 1 + limits.max_triggers as usize;
        let one = traded.max(restated + ended);
        let most = slices * one
            + orders * level
            + repriced * restated
            + arriving * (traded + restated + ended);
        assert!(
            most < MAX_PAYLOAD_BYTES,
            "{slices} slices: {most} bytes, {traded} a trade, {ended} another end, {restated} another price, {level} a level"
        );
    }
}

//! [`Gist`]: what the events of a command are about, at one look: whose book they may have changed, and whether they are only of the kind that
//! nearly all are, from which nothing follows unless something waits. So nobody else has to look at each of them again.

use crate::event::Event;
use crate::id::InstrumentId;

/// What events are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gist {
    /// The first instrument whose book may have changed.
    pub(crate) book: Option<InstrumentId>,
    /// Whether there is no other.
    pub(crate) is_one: bool,
    /// Whether they are all of orders that were entered, replaced or cancelled and of trades, or refusals of such.
    pub(crate) is_plain: bool,
    /// Whether there may be trades among them, or changes of trades.
    pub(crate) has_trades: bool,
}

impl Gist {
    #[inline(always)]
    pub(crate) fn of(events: &[Event]) -> Self {
        let mut gist = Self {
            book: None,
            is_one: true,
            is_plain: true,
            has_trades: false,
        };
        for event in events {
            match event {
                Event::OrderAccepted { order }
                | Event::OrderCanceled { order, .. }
                | Event::OrderReplaced { order, .. } => gist.see(order.terms.instrument),
                Event::Traded { instrument, .. } => {
                    gist.has_trades = true;
                    gist.see(*instrument);
                }
                Event::OrderRejected { .. } | Event::CancelRejected { .. } => {}
                other => {
                    gist.is_plain = false;
                    gist.has_trades = true;
                    if let Some(instrument) = other.book() {
                        gist.see(instrument);
                    }
                }
            }
        }
        gist
    }

    fn see(&mut self, instrument: InstrumentId) {
        let first = *self.book.get_or_insert(instrument);
        self.is_one &= first == instrument;
    }
}

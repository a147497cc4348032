//! A market that was written down and read back is the same market: [`reread`] stands in the way of other properties, too. And bytes that
//! are not what was written are an error or another market, never a panic.

use crate::arbitrary::{command, opening};
use market::command::Command;
use market::event::Event;
use market::image::{Image, Unsound};
use market::limits::{Limits, SelfTrade};
use market::market::Market;
use market::time::Timestamp;
use proptest::prelude::*;

/// The market as it comes out of its image; its image is the same again.
pub(crate) fn reread(market: &Market, limits: &Limits) -> Market {
    let bytes = image(market);
    let read: Image = postcard::from_bytes(&bytes).expect("an image can be read");
    let again = read.restore(limits).expect("it is sound");
    assert_eq!(image(&again), bytes, "the same image again");
    again
}

/// A market as bytes.
pub(crate) fn image(market: &Market) -> Vec<u8> {
    postcard::to_allocvec(market).expect("a market can be written")
}

fn limits() -> Limits {
    Limits {
        max_live_orders: 20,
        max_cl_ord_ids: 60,
        max_final_orders: 3,
        self_trade: SelfTrade::CancelOldest,
        ..Limits::default()
    }
}

fn apply(market: &mut Market, seq: usize, command: &Command) -> Vec<Event> {
    let mut events = Vec::new();
    let (seq, at) = (seq as u64, Timestamp::from_nanos(seq as i64));
    market.apply(seq, at, command, &mut events);
    events
}

proptest! {
    #![proptest_config(crate::cases(96))]

    #[test]
    fn what_was_read_back_goes_on_like_the_one_that_was_written(
        commands in prop::collection::vec(command(), 1..120),
        cut in 0..150usize,
    ) {
        let (mut market, mut again) = (Market::new(limits()), Market::new(limits()));
        for (seq, command) in opening().iter().chain(&commands).enumerate() {
            if seq == cut {
                again = reread(&again, &limits());
            }
            prop_assert_eq!(apply(&mut again, seq, command), apply(&mut market, seq, command));
        }
        prop_assert_eq!(image(&again), image(&market));
    }

    #[test]
    fn other_bytes_are_an_error_or_another_market_and_never_a_panic(
        commands in prop::collection::vec(command(), 1..60),
        at in any::<prop::sample::Index>(),
        flip in 1..=255u8,
        more in prop::collection::vec(command(), 1..20),
    ) {
        let mut market = Market::new(limits());
        for (seq, command) in opening().iter().chain(&commands).enumerate() {
            apply(&mut market, seq, command);
        }
        let mut bytes = image(&market);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let read = postcard::from_bytes::<Image>(&bytes).ok();
        if let Some(mut other) = read.and_then(|image| image.restore(&limits()).ok()) {
            for (seq, command) in more.iter().enumerate() {
                apply(&mut other, 10_000 + seq, command);
            }
        }
    }
}

#[test]
fn an_image_of_other_limits_is_refused() {
    let bytes = image(&Market::new(limits()));
    let read: Image = postcard::from_bytes(&bytes).expect("an image can be read");
    assert_eq!(
        read.restore(&Limits::default()).err(),
        Some(Unsound::Limits)
    );
}

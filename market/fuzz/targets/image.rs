//! A market's image that was changed in places, or any bytes as one: an error, or a market that is sound, which no command makes panic.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use market_fuzz::{Trading, image, read, reread};

/// Three changes: place (2) and value, which is added; then what is done at the place.
const HEAD: usize = 10;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    market_fuzz::change(data, size, max_size, seed, HEAD)
});

fuzz_target!(|input: &[u8]| {
    let Some((head, rest)) = input.split_first_chunk::<HEAD>() else {
        return;
    };
    let (bytes, commands) = match head[9] {
        255 => (rest.to_vec(), Vec::new()),
        how => {
            let commands = read(rest);
            let mut trading = Trading::begin(0);
            for (later, command) in &commands {
                let _events = trading.apply(*later, command);
            }
            (changed(image(&trading.market), &head[..9], how), commands)
        }
    };
    match market_fuzz::restore(&bytes, 0) {
        Some(Ok(market)) => {
            let mut trading = Trading::go_on(reread(&market, 0));
            for (later, command) in &commands {
                let _events = trading.apply(*later, command);
            }
        }
        Some(Err(unsound)) => assert!(!unsound.to_string().is_empty()),
        None => {}
    }
});

/// The image with up to three bytes changed, put in or left out.
fn changed(mut bytes: Vec<u8>, changes: &[u8], how: u8) -> Vec<u8> {
    for (nth, change) in changes.chunks_exact(3).enumerate() {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % bytes.len().max(1);
        match (how >> (2 * nth)) % 4 {
            _ if bytes.is_empty() => {}
            0 | 1 => bytes[at] = bytes[at].wrapping_add(change[2]),
            2 => bytes.insert(at, change[2]),
            _ if change[2] < 128 => {
                let _gone = bytes.remove(at);
            }
            _ => {}
        }
    }
    bytes
}

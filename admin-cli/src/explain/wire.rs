//! A message as it was on the wire. In: bytes as a log has them, or as people write them. Out: the message's bytes. It
//! knows no dictionary.

use bytes::Bytes;
use fix_engine::codec::pipe;

const SOH: u8 = 1;
/// What a log shows instead of a secret.
const MASK: &[u8] = b"***";

/// The bytes that were on the wire: as they are where SOH separates the fields and length and sum are there, else made
/// from what people wrote. Where a log has masked a secret, BodyLength (9) and CheckSum (10) are made anew: as written
/// they count what is not there any more.
pub(super) fn whole(written: &[u8]) -> Bytes {
    let has = |field: &[u8]| written.windows(field.len()).any(|window| window == field);
    let bytes = if has(b"\x019=") && has(b"\x0110=") {
        Bytes::copy_from_slice(written)
    } else {
        from_text(written)
    };
    if !fields(&bytes).any(is_masked) {
        return bytes;
    }
    let others =
        fields(&bytes).filter(|field| !field.starts_with(b"9=") && !field.starts_with(b"10="));
    from_text(&others.collect::<Vec<_>>().join(&SOH))
}

fn from_text(written: &[u8]) -> Bytes {
    pipe::to_bytes(&String::from_utf8_lossy(written))
}

fn fields(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == SOH)
}

fn is_masked(field: &[u8]) -> bool {
    let Some(equals) = field.iter().position(|byte| *byte == b'=') else {
        return false;
    };
    let tag = std::str::from_utf8(&field[..equals]).ok();
    let tag = tag.and_then(|tag| tag.parse().ok());
    tag.is_some_and(pipe::is_secret) && &field[equals + 1..] == MASK
}

#[cfg(test)]
mod tests {
    use super::*;
    use fix_engine::codec::message::Message;

    #[test]
    fn a_masked_secret_does_not_garble_a_message() {
        let sound = pipe::to_bytes("8=FIX.4.4|35=A|34=1|554=secret|");
        let logged = Message::parse(sound.clone()).unwrap().to_pipe();
        assert!(logged.contains("|554=***|"), "{logged}");
        assert!(Message::parse(whole(logged.as_bytes())).is_ok());
        // What is not masked counts as it is written.
        assert_eq!(whole(&sound), sound);
        let wrong = "8=FIX.4.4|9=5|35=0|34=1|10=000|";
        assert!(Message::parse(whole(wrong.as_bytes())).is_err());
        let text = "8=FIX.4.4|9=5|35=0|34=1|58=***|10=000|";
        assert!(Message::parse(whole(text.as_bytes())).is_err());
    }
}

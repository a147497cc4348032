//! Any bytes as the payload of a record: no entry, or one that is written and read again as it is, whole or with its events as bytes.
#![no_main]

use journal::record::{self, HEADER_BYTES, RecordHeader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    // Half of the inputs are a few bytes that stand for entries, so that whole ones are seen, too.
    match input.split_first() {
        Some((0..128, bytes)) => {
            let (entries, _) = journal_fuzz::entries(&bytes[..bytes.len().min(12)]);
            let mut payload = Vec::new();
            for entry in entries {
                let mut record = Vec::new();
                record::append(&entry, 0, &mut record).expect("a short entry");
                assert_eq!(record::decode(&record[HEADER_BYTES..]), Some(entry));
                payload = record[HEADER_BYTES..].to_vec();
            }
            // The last one with its bytes changed.
            for change in bytes.rchunks_exact(2).take(2) {
                let at = usize::from(change[0]) % payload.len().max(1);
                if let Some(byte) = payload.get_mut(at) {
                    *byte = byte.wrapping_add(change[1]);
                }
            }
            look_at(&payload);
        }
        Some((_, bytes)) => look_at(bytes),
        None => {}
    }
});

fn look_at(payload: &[u8]) {
    if let Some(header) = payload.first_chunk().and_then(RecordHeader::read) {
        let _fits = header.vouches_for(&payload[HEADER_BYTES..]);
    }
    let entry = record::decode(payload);
    let parts = record::head(payload).and_then(|(head, at)| {
        let events = record::decode_events(&payload[at..])?;
        Some(head.with(events))
    });
    assert_eq!(parts, entry, "head and events are not the entry");
    let Some(entry) = entry else {
        return;
    };
    assert_eq!(record::seq(payload), Some(entry.seq));
    let mut written = Vec::new();
    record::append(&entry, 7, &mut written).expect("as short as it was");
    let (header, again) = written.split_first_chunk().expect("a header");
    let header = RecordHeader::read(header).expect("a possible length");
    assert_eq!((header.payload_bytes, header.settled), (again.len(), 7));
    assert!(header.vouches_for(again));
    assert_eq!(record::decode(again).as_ref(), Some(&entry));
    let shown = format!("{:?}", entry.without_secrets());
    assert!(!shown.contains("$argon2"), "a hash is shown");
}

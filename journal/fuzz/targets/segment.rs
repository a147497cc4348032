//! A sound journal that was changed in places, and one of any bytes: what is read is what was written, from the beginning on; damage ahead of
//! what was settled is told with its place, and only what nobody vouches for is taken for a torn tail, behind which the journal goes on.
#![no_main]

use journal::JournalError;
use journal::catalog::{self, Catalog};
use journal::disk::Files;
use journal::entry::{Entry, Epoch};
use journal::record::{self, Stored};
use journal::replay::{self, End, Place, Replayed};
use journal::scan::{Found, Scan};
use journal::segment::{self, HEADER_BYTES, Header};
use libfuzzer_sys::fuzz_target;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static DATA: LazyLock<PathBuf> = LazyLock::new(|| {
    let data = journal_fuzz::folder("segment");
    fs::create_dir_all(catalog::folder(&data)).expect("a folder");
    data
});

const EPOCH: Epoch = Epoch(7);

fuzz_target!(|input: &[u8]| {
    match input {
        [mode @ 0..160, lag, rest @ ..] => {
            let changes = rest.len().min(usize::from(mode % 4) * 3);
            let (changes, bytes) = rest.split_at(changes);
            changed(&Sound::of(&bytes[..bytes.len().min(30)], *lag), changes);
        }
        [_, rest @ ..] => any(rest),
        [] => {}
    }
});

/// A record of a sound journal, header of a segment or entry.
struct Part {
    segment: usize,
    from: usize,
    until: usize,
    /// The entry; 0 for a header.
    seq: u64,
    settled: u64,
}

struct Sound {
    entries: Vec<Entry>,
    segments: Vec<Vec<u8>>,
    parts: Vec<Part>,
}

impl Sound {
    /// The journal that these bytes stand for: each is an entry, some begin a segment.
    fn of(bytes: &[u8], lag: u8) -> Self {
        let (entries, _) = journal_fuzz::entries(bytes);
        let (mut segments, mut parts) = (Vec::new(), Vec::new());
        begin(&mut segments, &mut parts, 1);
        for (entry, byte) in entries.iter().zip(bytes) {
            if *byte >= 240 && entry.seq > 1 {
                begin(&mut segments, &mut parts, entry.seq);
            }
            let segment = segments.len() - 1;
            let records = &mut segments[segment];
            let (from, settled) = (
                records.len(),
                entry.seq.saturating_sub(1 + u64::from(lag % 8)),
            );
            record::append(entry, settled, records).expect("a short entry");
            parts.push(Part {
                segment,
                from,
                until: records.len(),
                seq: entry.seq,
                settled,
            });
        }
        Self {
            entries,
            segments,
            parts,
        }
    }
}

fn begin(segments: &mut Vec<Vec<u8>>, parts: &mut Vec<Part>, first_seq: u64) {
    let header = Header {
        epoch: EPOCH,
        first_seq,
    };
    segments.push(header.bytes().to_vec());
    parts.push(Part {
        segment: segments.len() - 1,
        from: 0,
        until: HEADER_BYTES,
        seq: 0,
        settled: 0,
    });
}

/// Changes a sound journal, and knows what must come of it.
fn changed(sound: &Sound, changes: &[u8]) {
    let Sound {
        entries,
        segments,
        parts,
    } = sound;
    let mut files = segments.clone();
    for change in changes.chunks_exact(3) {
        // Which record, where in it, and what; by zero the segment is cut short there.
        let part = &parts[usize::from(change[0]) % parts.len()];
        let at = part.from + usize::from(change[1]) % (part.until - part.from);
        let file = &mut files[part.segment];
        match file.get_mut(at) {
            Some(byte) if change[2] != 0 => *byte ^= change[2],
            _ => file.truncate(at),
        }
    }
    write(1, &files);
    let is_intact = |part: &Part| {
        let range = part.from..part.until;
        files[part.segment].get(range.clone()) == Some(&segments[part.segment][range])
    };
    let bad = parts.iter().find(|part| !is_intact(part));
    let (read, end) = read();
    assert_eq!(read[..], entries[..read.len()], "not what was written");
    let Some(bad) = bad else {
        let end = end.expect("nothing was changed");
        assert_eq!((read.len(), end.torn), (entries.len(), None));
        return;
    };
    let is_last = bad.segment + 1 == segments.len();
    let is_settled = parts
        .iter()
        .any(|part| part.seq > bad.seq && part.settled >= bad.seq && is_intact(part));
    match end {
        Ok(end) => {
            assert!(bad.seq > 0, "a bad header is damage");
            assert!(is_last, "a segment with another behind it is not torn");
            assert!(!is_settled, "what was settled is damaged, not torn");
            assert_eq!(end.last_seq + 1, bad.seq);
            assert_eq!(end.len, bad.from as u64);
            go_on(&end, read.len());
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            let torn = bad.seq > 0 && is_last && !is_settled;
            // Other segments have bad headers, or are behind a gap.
            let headers = parts.iter().all(|part| part.seq > 0 || is_intact(part));
            assert!(!torn || !headers, "nobody vouches for it: {error}");
            if let JournalError::Damaged {
                segment, offset, ..
            } = &error
            {
                let number = segment::number(segment).expect("a segment");
                let at = usize::try_from(number).expect("few") - 1;
                assert!(*offset <= files[at].len() as u64, "damage behind the end");
            }
        }
    }
}

/// The journal goes on behind a torn tail.
fn go_on(end: &End, read_before: usize) {
    let catalog = look().expect("it was read");
    let opened = replay::open(&catalog, end, Box::new(Files), u64::MAX);
    let mut opened = opened.expect("it can be written");
    let (mut entry, seq) = (journal_fuzz::entries(&[0]).0.remove(0), end.last_seq + 1);
    entry.seq = seq;
    let mut records = Vec::new();
    record::append(&entry, end.last_seq, &mut records).expect("a short entry");
    opened.writer.append(seq, &records).expect("appended");
    drop(opened);
    let (read, end) = read();
    assert_eq!(end.expect("it is sound").torn, None);
    assert_eq!((read.len(), read.last()), (read_before + 1, Some(&entry)));
}

/// A segment of any bytes behind a header of any number: pieces as they are, or as the payload of a record.
fn any(mut input: &[u8]) {
    let Some((first, rest)) = input.split_first_chunk() else {
        return;
    };
    input = rest;
    let header = Header {
        epoch: EPOCH,
        first_seq: u64::from_le_bytes(*first),
    };
    let mut bytes = header.bytes().to_vec();
    while let Some((&len, rest)) = input.split_first() {
        let (piece, rest) = rest.split_at(rest.len().min(usize::from(len / 2)));
        if len.is_multiple_of(2) {
            bytes.extend_from_slice(piece);
        } else {
            sealed(piece, header.first_seq, &mut bytes);
        }
        input = rest;
    }
    // Only a journal whose beginning was archived begins with another entry than 1.
    let number = if header.first_seq == 1 { 1 } else { 2 };
    write(number, &[bytes.clone()]);
    let (_, end) = read();
    if let Ok(end) = end {
        assert!(end.len <= bytes.len() as u64);
    }
    let path = segment::path(&catalog::folder(&DATA), number);
    walk(&path, bytes.len() as u64, header.first_seq);
}

/// A payload with a header that fits it.
fn sealed(payload: &[u8], settled: u64, out: &mut Vec<u8>) {
    let len = u32::try_from(payload.len()).expect("short").to_le_bytes();
    let settled = settled.to_le_bytes();
    let mut crc = crc32fast::Hasher::new();
    crc.update(&len);
    crc.update(&settled);
    crc.update(payload);
    out.extend_from_slice(&len);
    out.extend_from_slice(&crc.finalize().to_le_bytes());
    out.extend_from_slice(&settled);
    out.extend_from_slice(payload);
}

/// Every way to walk through a segment ends within it.
fn walk(path: &Path, len: u64, first_seq: u64) {
    let open = || Scan::open(path);
    if let Ok(mut scan) = open() {
        while let Ok(Found::Entry(entry)) = scan.read() {
            assert_eq!(entry.seq + 1, scan.next_seq());
        }
        assert!(scan.offset() <= len);
    }
    if let Ok(mut scan) = open() {
        let _found = scan.pass_to(first_seq.saturating_add(2));
        assert!(scan.offset() <= len);
    }
    if let Ok(mut scan) = open() {
        // By lengths alone it may come to stand behind the end, and finds nothing there.
        let _there = scan.skip_to(first_seq.saturating_add(2));
        let _found = scan.read();
    }
}

/// These segments, the first with this number, and no others.
fn write(first: u64, files: &[Vec<u8>]) {
    let folder = catalog::folder(&DATA);
    for number in 1..first {
        let _gone = fs::remove_file(segment::path(&folder, number));
    }
    for (number, bytes) in (first..).zip(files) {
        fs::write(segment::path(&folder, number), bytes).expect("written");
    }
    for number in first + files.len() as u64.. {
        if fs::remove_file(segment::path(&folder, number)).is_err() {
            break;
        }
    }
}

fn look() -> Result<Catalog, JournalError> {
    Catalog::look(&DATA, &catalog::folder(&DATA))
}

/// All entries that can be read, and how that ended.
fn read() -> (Vec<Entry>, Result<End, JournalError>) {
    let mut read = Vec::new();
    let mut take = |stored: Stored<'_>, _: Place<'_>| {
        let Some(events) = record::decode_events(stored.events) else {
            return Replayed::Diverged;
        };
        read.push(stored.head.with(events));
        Replayed::Same
    };
    let end = look().and_then(|catalog| {
        let first = catalog.segments().first();
        let after = first.map_or(0, |first| first.first_seq.saturating_sub(1));
        replay::replay(&catalog, after, u64::MAX, &mut take)
    });
    (read, end)
}

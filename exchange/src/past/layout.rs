//! What a snapshot holds, field by field, as this program writes it, is what `tests/golden/snapshot.layout` says: postcard writes no names, so
//! a snapshot with another layout would be read as something else unless its version is another one, too.

mod day;
mod shape;

use crate::past::Past;
use day::day;
use journal::entry::{Entry, Origin, TraceId};
use journal::snapshot::VERSION;
use market::time::Timestamp;
use std::fs;
use std::path::PathBuf;

#[test]
fn the_layout_of_snapshots_is_the_one_of_their_version() {
    let mut past = Past::default();
    for (seq, instruction) in (1..).zip(day()) {
        let at = Timestamp::from_nanos(1_800_000_000_000_000_000 + seq * 1_000);
        let seq = seq.unsigned_abs();
        let events = past.rules.engine.apply(seq, at, &instruction);
        past.known.take(&Entry {
            seq,
            at,
            origin: Origin::Operator {
                name: "ops".parse().unwrap(),
            },
            trace: TraceId(0),
            instruction,
            events,
        });
    }
    let (engine, known) = (shape::of(&past.rules.engine), shape::of(&past.known));
    let layout = format!("version {VERSION}\n\n{engine}\n{known}");
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/snapshot.layout");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&golden, &layout).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    let differs = layout
        .lines()
        .zip(expected.lines())
        .position(|(now, then)| now != then);
    assert!(
        layout == expected,
        "what a snapshot holds is not what {} says (from line {}). When a field was added, taken away, moved or has another type: raise \
         `journal::snapshot::VERSION`, unless that was done since the last release. Then, or when only what this test's day \
         comes to is different, write the file anew: UPDATE_EXPECT=1 cargo test -p exchange --lib layout",
        golden.display(),
        differs.map_or(0, |line| line + 1),
    );
}

//! Commands that need no exchange: wrong usage, explaining, replaying.

use crate::program::{command, run, said};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

const LOGON: &str = "8=FIX.4.4|35=A|49=BOT01|56=LOGGIA|34=1|52=20261122-10:00:00|98=0|108=30|553=BOT01|554=hunter2|";

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn wrong_usage_ends_with_2_and_names_what_is_wrong() {
    let cases: [(&[&str], &str); 14] = [
        (&[], "Usage"),
        (&["stauts"], "stauts"),
        (&["status", "--fast"], "--fast"),
        (&["book"], "SYMBOL"),
        (
            &["book", "A_SYMBOL_OF_MUCH_MORE_THAN_TWENTY"],
            "longer than 20",
        ),
        (&["halt", "ACME"], "--reason"),
        (&["halt", "ACME", "--all", "--reason", "x"], "--all"),
        (&["halt", "ACME", "--reason", ""], "empty"),
        (&["status", "--output", "xml"], "xml"),
        (&["fix", "explain"], "MESSAGE"),
        (&["fix", "explain", "a", "--file", "b"], "--file"),
        (
            &["fix", "store", "inspect", "x", "--messages", "9..7"],
            "9 is above 7",
        ),
        (&["status", "--timeout-secs", "0"], "timeout-secs"),
        (&["audit", "--last", "1001"], "1..=1000"),
    ];
    for (arguments, word) in cases {
        let said = run(folder().path(), arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {said:?}");
        assert!(said.err.contains(word), "{arguments:?}: {said:?}");
        assert!(said.out.is_empty(), "{arguments:?}: {said:?}");
    }
}

#[test]
fn help_and_version_are_answers() {
    let help = run(folder().path(), &["--help"]);
    assert_eq!(help.code, 0);
    assert!(help.out.contains("Exit codes:"), "{}", help.out);
    let version = run(folder().path(), &["--version"]);
    assert_eq!(version.code, 0);
    assert!(version.out.starts_with("loggiactl "), "{}", version.out);
}

#[test]
fn explain_takes_an_argument_a_file_and_standard_input() {
    let dir = folder();
    std::fs::write(dir.path().join("log"), format!("10:00 in {LOGON}\n")).unwrap();
    let mut piped = command(dir.path(), &["fix", "explain", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(piped.stdin.take().unwrap(), "{LOGON}").unwrap();
    let runs = [
        run(dir.path(), &["fix", "explain", LOGON]),
        run(dir.path(), &["fix", "explain", "log"]),
        run(dir.path(), &["fix", "explain", "--file", "log"]),
        said(piped.wait_with_output().unwrap()),
    ];
    for said in &runs {
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.out.contains("Logon\nsession: answered by"), "{said:?}");
        assert!(said.out.contains("HeartBtInt"), "{said:?}");
        assert!(!said.out.contains("hunter2"), "{said:?}");
    }
}

#[test]
fn explain_as_json_names_every_field() {
    let said = run(
        folder().path(),
        &["fix", "explain", LOGON, "--output", "json"],
    );
    let messages: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(messages[0]["name"], "Logon");
    assert_eq!(messages[0]["session"][1], "logged on");
    let fields = messages[0]["fields"].as_array().unwrap();
    let heartbeat = fields.iter().find(|f| f["tag"] == 108).unwrap();
    assert_eq!(
        (&heartbeat["name"], &heartbeat["value"]),
        (&"HeartBtInt".into(), &"30".into())
    );
}

/// The venue checks by the whole of FIX 4.4: what it does not offer is refused by the gateway, not by the session.
#[test]
fn explain_judges_by_the_dictionary_that_the_venue_checks_by() {
    let stop = "8=FIX.4.4|35=D|49=BOT01|56=LOGGIA|34=2|52=20261122-10:00:00|11=a|55=ACME|54=5|38=1|40=3|99=9|60=20261122-10:00:00|";
    let said = run(folder().path(), &["fix", "explain", stop]);
    assert!(
        said.code == 0 && said.out.contains("session: accepted"),
        "{said:?}"
    );
}

#[test]
fn what_is_no_message_ends_with_7() {
    let dir = folder();
    std::fs::write(dir.path().join("empty"), "").unwrap();
    std::fs::write(dir.path().join("dictionary.xml"), "<fix").unwrap();
    let cases: [(&[&str], &str); 4] = [
        (&["fix", "explain", "hello"], "neither a message"),
        (&["fix", "explain", "empty"], "no line has a message"),
        (&["fix", "explain", "8=FIX.4.4|9=5|35=0|10=000|"], "garbled"),
        (
            &["fix", "explain", LOGON, "--dictionary", "dictionary.xml"],
            "dictionary.xml",
        ),
    ];
    for (arguments, word) in cases {
        let said = run(dir.path(), arguments);
        assert_eq!(said.code, 7, "{arguments:?}: {said:?}");
        assert!(said.err.contains(word), "{arguments:?}: {said:?}");
    }
}

/// The order flow that stands beside the tests of the market.
fn flow(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../market/tests/flow")
        .join(name)
}

fn digests(arguments: &[&str]) -> serde_json::Value {
    let dir = folder();
    let mut all = vec!["market", "replay", "--output", "json"];
    all.extend(arguments);
    let said = run(dir.path(), &all);
    assert_eq!(said.code, 0, "{said:?}");
    serde_json::from_str(&said.out).unwrap()
}

#[test]
fn replay_comes_to_the_published_digests() {
    let cases: [(&str, &str, u64, [&str; 3]); 3] = [
        (
            "t1.csv",
            "none",
            1421,
            [
                "61e8907192ae41ef1e9c8ea503c3c4c6f6b76537984d96973656089e0b1e2204",
                "7526806c2d7c928ce992e4e44933b75163ce81e71891563930a126e787cb42b7",
                "7dd54403f4b99f36d7b3fe1a515f76c138afb397fff25dcffb6eeeb697d3dc49",
            ],
        ),
        (
            "t5.csv",
            "none",
            1815,
            [
                "e96e8ff2207acda1b2fb27b9d9332a71e3cfd08f27f110f32f231ecfbe461acf",
                "19b7e0af0a223885069c89c54b1e704c79a8c306103095ad872145a59c172631",
                "485010c9dd3afce857b62d9aa54fb62fa9df08d9c4d9abe123579254f2fbe886",
            ],
        ),
        (
            "t1.csv",
            "cn",
            1383,
            [
                "69fcac601e4c4242619abee281d8b6077a56a320ed98edaa583645184bcbf0a2",
                "7fe418d1e94bd9d906e13d2f50f39840e642b31fc736020dc0b1fbfb7ed380de",
                "10ce32e71c4c8e291c3ba4c66c16f3f1117ff97df0b21ae159d1a85b26f71c5a",
            ],
        ),
    ];
    for (file, stp, trades, sha256) in cases {
        let path = flow(file);
        let answer = digests(&[path.to_str().unwrap(), "--stp", stp]);
        assert_eq!(answer["trades"], trades, "{file} {stp}");
        for (name, expected) in ["trades", "outcomes", "book"].into_iter().zip(sha256) {
            assert_eq!(answer["sha256"][name], expected, "{file} {stp} {name}");
        }
    }
}

#[test]
fn replay_writes_the_published_lines() {
    let dir = folder();
    let input = flow("t1.csv");
    let arguments = [
        "market",
        "replay",
        input.to_str().unwrap(),
        "--trades",
        "trades",
        "--outcomes",
        "outcomes",
        "--book",
        "book",
    ];
    let said = run(dir.path(), &arguments);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("operations/s"), "{said:?}");
    for name in ["trades", "outcomes", "book"] {
        let expected = std::fs::read_to_string(flow(&format!("t1.{name}"))).unwrap();
        let written = std::fs::read_to_string(dir.path().join(name)).unwrap();
        assert!(written == expected, "{name} differs");
    }
}

#[test]
fn a_flow_that_cannot_be_replayed_names_line_and_column() {
    let header = "seq,op,sym,oid,orig,acct,side,tif,price,qty,disp\n";
    let dir = folder();
    let long = format!("{header}{}", "1".repeat(2000));
    let cases = [
        ("", "line 1"),
        ("a,b\n", "line 1"),
        ("0,N,0,1,0,7,B,D,1,1,0\n", "line 1"),
        (&format!("{header}0,N,0,1,0,7,B,D,x,1,0\n"), "line 2, price"),
        (&format!("{header}0,N,0,1,0,51,B,D,1,1,0\n"), "line 2, acct"),
        // Whatever the number of an operation says.
        (&format!("{header}7,N,0,1,0,51,B,D,1,1,0\n"), "line 2, acct"),
        (&format!("{header}7,N,0,1,0,1,B,D,10,0,0\n"), "line 2, "),
        (&long, "line 2 is longer"),
    ];
    for (text, word) in cases {
        std::fs::write(dir.path().join("flow.csv"), text).unwrap();
        let said = run(dir.path(), &["market", "replay", "flow.csv"]);
        assert_eq!(said.code, 7, "{text:.60}: {said:?}");
        assert!(said.err.contains(word), "{text:.60}: {said:?}");
    }
    let absent = run(dir.path(), &["market", "replay", "absent.csv"]);
    assert_eq!(absent.code, 7, "{absent:?}");
    let same = run(
        dir.path(),
        &["market", "replay", "flow.csv", "--book", "flow.csv"],
    );
    assert_eq!(same.code, 7, "{same:?}");
    assert!(same.err.contains("is the input"), "{same:?}");
}

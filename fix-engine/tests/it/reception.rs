//! What is told of a session's answer to a message is what the conversations of the suite show.

use std::sync::Arc;

use fix_engine::codec::pipe;
use fix_engine::dictionary::Dictionary;
use fix_engine::dictionary::rules::Rules;
use fix_engine::explain::reception;

fn told(message: &str) -> Vec<String> {
    let dictionary = Arc::new(Dictionary::fix44());
    let steps = reception::of_bytes(&dictionary, &Rules::default(), &pipe::to_bytes(message));
    steps.iter().map(ToString::to_string).collect()
}

/// A message with a good header.
fn good(rest: &str) -> String {
    let (msg_type, body) = rest.split_once('|').unwrap_or((rest, ""));
    format!("8=FIX.4.4|{msg_type}|34=7|49=TW|56=ISLD|52=20260105-09:00:00.000|{body}")
}

#[test]
fn what_a_session_does_is_told_in_its_own_words() {
    let order = "35=D|11=a|21=1|55=ACME|54=1|60=20260105-09:00:00|38=1|40=2|44=1.5|";
    let cases = [
        (good(order), vec!["accepted: goes to the application"]),
        (good("35=0"), vec!["accepted: taken by the session"]),
        (good("35=1|112=x|"), vec!["answered by Heartbeat (0)"]),
        (
            good("35=2|7=3|16=5|"),
            vec!["answered by SequenceReset (4)"],
        ),
        (
            good("35=5|"),
            vec!["Logout (5)", "disconnected: the peer logged out"],
        ),
        (
            good(&order.replace("54=1", "54=Z")),
            vec![
                "Reject (3) 373=5 371=54: Side (54) = 'Z' at position 11 is not one of the field's values",
            ],
        ),
        (
            good("35=A|98=0|108=30|").replace("34=7", "34=1"),
            vec!["answered by Logon (A)", "logged on"],
        ),
        (
            good(order).replace("FIX.4.4", "FIX.4.2"),
            vec!["Logout (5): Incorrect BeginString: expected FIX.4.4 but received FIX.4.2"],
        ),
        (
            good(order).replace("34=7|", ""),
            vec![
                "Logout (5): MsgSeqNum is missing",
                "disconnected: MsgSeqNum missing or not a number",
            ],
        ),
        (
            format!("{}10=000|", good("35=0|")),
            vec!["ignored: CheckSum (10) says 0, the bytes sum to 159"],
        ),
    ];
    for (message, expected) in cases {
        assert_eq!(told(&message), expected, "{message}");
    }
}

#[test]
fn a_logon_that_is_refused_says_why() {
    let steps = told(&good("35=A|98=1|108=30|"));
    assert!(
        steps[0].starts_with("Logout (5): EncryptMethod (98) must be 0"),
        "{steps:?}"
    );
    assert!(
        steps[1].starts_with("disconnected: Logon refused"),
        "{steps:?}"
    );
}

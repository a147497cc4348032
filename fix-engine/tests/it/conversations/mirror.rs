//! Turns an acceptor's conversation into an initiator's. In: the text of a file. Out: the same with the Logons the other
//! way round. Everything behind them stays as it is: the two sides of a session are alike.

/// Conversations that are not mirrored, each with its reason.
const ONE_SIDED: &[(&str, &str)] = &[
    ("2a_NextExpectedMsgSeqNumCorrect", LOGON_COMES_FIRST),
    ("2c_NextExpectedMsgSeqNumTooLow", LOGON_COMES_FIRST),
    ("LastProcessedMsgSeqNum", LOGON_COMES_FIRST),
    ("ResetSeqNumFlagAndNextExpectedMsgSeqNum", LOGON_COMES_FIRST),
    ("next_expected_both_lack", LOGON_COMES_FIRST),
    ("logon_reset", "initiator_resets is its mirror"),
    ("logon_reset_on_logon", "initiator_resets is its mirror"),
];
const LOGON_COMES_FIRST: &str = "an initiator's Logon cannot tell of the peer's: initiator_next_expected and initiator_last_processed are its mirror";

/// The mirrored text; `None` where a conversation has no Logon that is answered, or only makes sense one way.
pub(super) fn mirrored(name: &str, text: &str) -> Option<String> {
    if name.starts_with("initiator_") || ONE_SIDED.iter().any(|(known, _)| *known == name) {
        return None;
    }
    let mut lines: Vec<&str> = text.lines().collect();
    let mut swapped = 0;
    for at in 0..lines.len() {
        let [logon, answer] = [at + 1, at + 2].map(|at| lines.get(at).copied().unwrap_or_default());
        let is_exchange =
            lines[at] == "connect" && logon.starts_with("> 35=A|") && answer.starts_with("< 35=A|");
        if is_exchange {
            lines.swap(at + 1, at + 2);
            swapped += 1;
        }
    }
    let connections = lines
        .iter()
        .filter(|line| line.starts_with("connect"))
        .count();
    if swapped == 0 || swapped < connections {
        return None;
    }
    let heartbeat = lines.iter().find_map(|line| {
        let rest = line.strip_prefix("> 35=A|")?;
        rest.split('|').find_map(|field| field.strip_prefix("108="))
    });
    let heartbeat = heartbeat.unwrap_or("30");
    let head =
        format!("option role=initiator\noption replay=everything\noption heartbeat={heartbeat}");
    Some(format!("{head}\n{}\n", lines.join("\n")))
}

//! Every file of `tests/conversations` played against a session in memory. Time is an input: nothing sleeps.
//! The language of the files stands in `conversations/script.rs`; the application in `conversations/acceptor.rs`.

mod acceptor;
mod expectation;
mod hours;
mod script;

use std::fs;
use std::path::{Path, PathBuf};

use acceptor::Acceptor;
use expectation::Expectation;
use script::{Line, Step};

/// The cases that every FIX engine is held to; each must have a file of its name.
const PUBLIC_CASES: [&str; 57] = [
    "10_MsgSeqNumEqual",
    "10_MsgSeqNumGreater",
    "10_MsgSeqNumLess",
    "11a_NewSeqNoGreater",
    "11b_NewSeqNoEqual",
    "11c_NewSeqNoLess",
    "13b_UnsolicitedLogoutMessage",
    "14a_BadField",
    "14b_RequiredFieldMissing",
    "14c_TagNotDefinedForMsgType",
    "14d_TagSpecifiedWithoutValue",
    "14e_IncorrectEnumValue",
    "14f_IncorrectDataFormat",
    "14g_HeaderBodyTrailerFieldsOutOfOrder",
    "14h_RepeatedTag",
    "14i_RepeatingGroupCountNotEqual",
    "15_HeaderAndBodyFieldsOrderedDifferently",
    "19a_PossResendMessageThatHAsAlreadyBeenSent",
    "19b_PossResendMessageThatHasNotBeenSent",
    "1a_ValidLogonMsgSeqNumTooHigh",
    "1a_ValidLogonWithCorrectMsgSeqNum",
    "1b_DuplicateIdentity",
    "1c_InvalidSenderCompID",
    "1c_InvalidTargetCompID",
    "1d_InvalidLogonBadSendingTime",
    "1d_InvalidLogonLengthInvalid",
    "1d_InvalidLogonWrongBeginString",
    "1e_NotLogonMessage",
    "20_SimultaneousResendRequest",
    "21_RepeatingGroupSpecifierWithValueOfZero",
    "2a_MsgSeqNumCorrect",
    "2b_MsgSeqNumTooHigh",
    "2c_MsgSeqNumTooLow",
    "2d_GarbledMessage",
    "2e_PossDupAlreadyReceived",
    "2e_PossDupNotReceived",
    "2f_PossDupOrigSendingTimeTooHigh",
    "2g_PossDupNoOrigSendingTime",
    "2i_BeginStringValueUnexpected",
    "2k_CompIDDoesNotMatchProfile",
    "2m_BodyLengthValueNotCorrect",
    "2o_SendingTimeValueOutOfRange",
    "2q_MsgTypeNotValid",
    "2r_UnregisteredMsgType",
    "2t_FirstThreeFieldsOutOfOrder",
    "3b_InvalidChecksum",
    "3c_GarbledMessage",
    "4a_NoDataSentDuringHeartBtInt",
    "4b_ReceivedTestRequest",
    "6_SendTestRequest",
    "7_ReceiveRejectMessage",
    "8_AdminAndApplicationMessages",
    "8_OnlyAdminMessages",
    "8_OnlyApplicationMessages",
    "AlreadyLoggedOn",
    "RejectResentMessage",
    "ReverseRoute",
];

/// The rest of them.
const PUBLIC_CASES_TOO: [&str; 2] = ["ReverseRouteWithEmptyRoutingTags", "SessionReset"];

#[test]
fn every_conversation_goes_as_written() {
    let mut failures = Vec::new();
    let mut steps = 0;
    for path in files() {
        let text = fs::read_to_string(&path).expect("the file was listed");
        match play(&text) {
            Ok(played) => steps += played,
            Err(failure) => failures.push(format!("{}:{failure}", path.display())),
        }
    }
    assert!(
        failures.is_empty(),
        "{} conversations went wrong\n\n{}",
        failures.len(),
        failures.join("\n\n")
    );
    assert!(steps > 500, "only {steps} steps were played");
}

#[test]
fn every_public_case_has_a_file() {
    let names: Vec<String> = files()
        .iter()
        .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
        .collect();
    for case in PUBLIC_CASES.iter().chain(&PUBLIC_CASES_TOO) {
        assert!(names.iter().any(|name| name == case), "no file for {case}");
    }
}

#[test]
fn a_wrong_expectation_fails() {
    let logon = "connect\n> 35=A|34=1|98=0|108=30\n";
    assert!(play(&format!("{logon}< 35=A|34=1|108=30\n")).is_ok());
    for wrong in [
        "< 35=A|34=2\n",
        "< 35=A|141=Y\n",
        "",
        "< 35=A\n< 35=0\n",
        "< 35=A\n< disconnect\n",
        "< 35=A|98=-\n",
    ] {
        assert!(
            play(&format!("{logon}{wrong}")).is_err(),
            "{wrong:?} was taken"
        );
    }
}

/// Plays one file; the number of its steps, or the first step that went wrong.
fn play(text: &str) -> Result<usize, String> {
    let lines = script::parse(text)?;
    let options: Vec<&str> = lines.iter().filter_map(|line| line.option()).collect();
    let mut acceptor = Acceptor::new(&options)?;
    for line in &lines {
        step(&mut acceptor, line)
            .map_err(|failure| format!("{}: {}\n{failure}", line.number, line.text))?;
    }
    let end = Line {
        number: text.lines().count(),
        text: String::new(),
        step: Step::End,
    };
    step(&mut acceptor, &end).map_err(|failure| format!("at the end\n{failure}"))?;
    Ok(lines.len())
}

fn step(acceptor: &mut Acceptor, line: &Line) -> Result<(), String> {
    if let Step::Expect { connection, text } = &line.step {
        let got = acceptor.next_output(*connection);
        return Expectation::parse(text, acceptor.now()).check(got.as_ref());
    }
    let left = acceptor.outputs_left();
    if !left.is_empty() {
        return Err(format!(
            "  before this came, and was not expected:\n{}",
            left.join("\n")
        ));
    }
    acceptor.play(&line.step)
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations");
    let entries = fs::read_dir(folder).expect("the folder is part of the crate");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "fix"));
    files.sort();
    files
}

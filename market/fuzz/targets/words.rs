//! Any bytes as what the bus carries and what the control port is asked, in JSON: read or refused, and what was read and written reads
//! the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use market::control::{
    self, breaker, fees, halt, kill, limits, phase, rules, self_trade, session, trades,
};
use market::topic::Envelope;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

/// Which kind of word, by the first byte of the input.
const KINDS: [fn(&[u8]); 24] = [
    kept::<Envelope>,
    kept::<control::OpenAccount>,
    kept::<control::Transfer>,
    kept::<halt::HaltRequest>,
    kept::<halt::ResumeRequest>,
    kept::<halt::WithdrawHalt>,
    kept::<halt::GroupChange>,
    kept::<breaker::BreakerChange>,
    kept::<breaker::TripRequest>,
    kept::<breaker::WeightChange>,
    kept::<breaker::IndexCloseChange>,
    kept::<fees::FeesChange>,
    kept::<fees::TierChange>,
    kept::<kill::KillRequest>,
    kept::<kill::ReinstateRequest>,
    kept::<limits::ParticipantLimitsChange>,
    kept::<limits::AccountLimitsChange>,
    kept::<limits::RestrictionChange>,
    kept::<phase::PhaseRequest>,
    kept::<rules::RulesChange>,
    kept::<self_trade::SelfTradeChange>,
    kept::<session::AddSession>,
    kept::<session::ChangeSession>,
    kept::<trades::ProposeTradeChange>,
];

fuzz_target!(|input: &[u8]| {
    if let Some((kind, json)) = input.split_first() {
        KINDS[usize::from(*kind) % KINDS.len()](json);
    }
});

fn kept<T: Debug + PartialEq + Serialize + DeserializeOwned>(json: &[u8]) {
    match serde_json::from_slice::<T>(json) {
        Ok(read) => {
            let written = serde_json::to_string(&read).expect("what was read can be written");
            match serde_json::from_str::<T>(&written) {
                Ok(again) => assert_eq!(again, read, "{written}"),
                Err(error) => panic!("{error}: {written}"),
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

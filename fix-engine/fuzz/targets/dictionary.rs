//! Any text as a dictionary: read or refused with a reason; what is read can check a message.
#![no_main]

use fix_engine::codec::message::Message;
use fix_engine::dictionary::Dictionary;
use fix_engine::dictionary::rules::Rules;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    match Dictionary::parse(input) {
        Ok(dictionary) => {
            let text = "8=FIX.4.4|35=D|34=1|49=A|56=B|11=1|453=1|448=x|447=D|452=1|55=X|54=1|38=1|40=2|44=1";
            let message = Message::from_pipe(text).expect("a good message");
            let _verdict = dictionary.validate(&message, &Rules::default());
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});

//! The venue's own fields: what FIX 4.4 has no word for, in user-defined tags (FIX 4.4 vol. 1, «User defined fields»). They stand in
//! `dictionaries/LOGGIA44.xml`, too.

use fix_engine::dictionary::Dictionary;
use fix_engine::dictionary::field::{FieldDef, FieldType, OtherValues};
use fix_engine::msg_type;

/// Y: an order whose price is beyond a band of limit-up limit-down works at the band, rather than being refused.
pub(crate) const REPRICE_TO_BAND: u32 = 5001;

/// FIX 4.4 and the venue's own fields: what messages are checked against.
pub fn dictionary() -> Dictionary {
    let field = FieldDef::new(
        REPRICE_TO_BAND,
        "LoggiaRepriceToBand".to_owned(),
        FieldType::Boolean,
        Vec::new(),
        OtherValues::None,
    );
    let messages = [
        msg_type::NEW_ORDER_SINGLE,
        msg_type::ORDER_CANCEL_REPLACE_REQUEST,
        msg_type::EXECUTION_REPORT,
    ];
    Dictionary::fix44()
        .with_field(field, &messages)
        .expect("a user-defined tag, in messages of FIX 4.4")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_what_the_venue_s_dictionary_says() {
        let (own, written) = (dictionary(), Dictionary::loggia44());
        assert_eq!(own.field(REPRICE_TO_BAND), written.field(REPRICE_TO_BAND));
        let takes = |dictionary: &Dictionary| -> Vec<String> {
            let messages = dictionary.messages().iter();
            let taking = messages.filter(|message| {
                let mut members = message.body.members().iter();
                members.any(|it| it.tag == REPRICE_TO_BAND)
            });
            taking.map(|it| it.msg_type.clone()).collect()
        };
        assert_eq!(takes(&own), takes(&written));
        assert_eq!(takes(&own), ["8", "D", "G"]);
    }
}

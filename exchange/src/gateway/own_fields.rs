//! The venue's own fields: what FIX 4.4 has no word for, in user-defined tags (FIX 4.4 vol. 1, «User defined fields»). They stand in
//! `dictionaries/LOGGIA44.xml`, too.

use fix_engine::dictionary::Dictionary;
use fix_engine::dictionary::field::{FieldDef, FieldType, OtherValues};
use fix_engine::msg_type;

/// Y: an order whose price is beyond a band of limit-up limit-down works at the band, rather than being refused.
pub(crate) const REPRICE_TO_BAND: u32 = 5001;

/// Y, in a MarketDataRequest (V): its W and X carry [`POSITION`].
pub(crate) const WANTS_POSITION: u32 = 5002;

/// Of which entry of the journal a W or an X is: `EPOCH-SEQ`, as Kafka and REST name it.
pub(crate) const POSITION: u32 = 5003;

/// Tag, name, type and the messages that take it.
const OWN: [(u32, &str, FieldType, &[&str]); 3] = [
    (
        REPRICE_TO_BAND,
        "LoggiaRepriceToBand",
        FieldType::Boolean,
        &[
            msg_type::EXECUTION_REPORT,
            msg_type::NEW_ORDER_SINGLE,
            msg_type::ORDER_CANCEL_REPLACE_REQUEST,
        ],
    ),
    (
        WANTS_POSITION,
        "LoggiaWantsPosition",
        FieldType::Boolean,
        &[msg_type::MARKET_DATA_REQUEST],
    ),
    (
        POSITION,
        "LoggiaPosition",
        FieldType::String,
        &[
            msg_type::MARKET_DATA_SNAPSHOT_FULL_REFRESH,
            msg_type::MARKET_DATA_INCREMENTAL_REFRESH,
        ],
    ),
];

/// FIX 4.4 and the venue's own fields: what messages are checked against.
pub fn dictionary() -> Dictionary {
    let mut dictionary = Dictionary::fix44();
    for (tag, name, ty, messages) in OWN {
        let field = FieldDef::new(tag, name.to_owned(), ty, Vec::new(), OtherValues::None);
        dictionary = dictionary
            .with_field(field, messages)
            .expect("a user-defined tag, in messages of FIX 4.4");
    }
    dictionary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_what_the_venue_s_dictionary_says() {
        let (own, written) = (dictionary(), Dictionary::loggia44());
        for (tag, _, _, messages) in OWN {
            assert_eq!(own.field(tag), written.field(tag));
            let takes = |dictionary: &Dictionary| -> Vec<String> {
                let all = dictionary.messages().iter();
                let taking = all.filter(|message| {
                    let mut members = message.body.members().iter();
                    members.any(|it| it.tag == tag)
                });
                taking.map(|it| it.msg_type.clone()).collect()
            };
            assert_eq!(takes(&own), takes(&written));
            assert_eq!(takes(&own), messages);
        }
    }
}

//! Validation beyond the tables: components that may be absent, and what a refusal says besides its text.

use fix_engine::codec::message::Message;
use fix_engine::dictionary::Dictionary;
use fix_engine::dictionary::rejection::EntryRef;
use fix_engine::dictionary::rules::Rules;

use super::{COMPONENTS, FIX, ORDER, order};

#[test]
fn required_inside_an_absent_optional_component_is_not_required() {
    let leg = Dictionary::parse(COMPONENTS).expect("a dictionary");
    let check = |text: &str| {
        let message = Message::from_pipe(text).expect(text);
        leg.validate(&message, &Rules::default())
            .map_err(|rejection| rejection.ref_tag)
    };
    assert_eq!(check("8=FIX.4.4|35=Z|1=a|"), Ok(()));
    assert_eq!(
        check("8=FIX.4.4|35=Z|1=a|2=b|"),
        Err(Some(3)),
        "the outer component is there"
    );
    assert_eq!(
        check("8=FIX.4.4|35=Z|1=a|2=b|3=c|"),
        Ok(()),
        "the inner component is not"
    );
    assert_eq!(
        check("8=FIX.4.4|35=Z|1=a|3=c|4=d|"),
        Err(Some(5)),
        "the inner component is there"
    );
    assert_eq!(
        check("8=FIX.4.4|35=Z|1=a|4=d|5=e|"),
        Err(Some(3)),
        "and so is the outer"
    );
    assert_eq!(check("8=FIX.4.4|35=Z|"), Err(Some(1)));
}

#[test]
fn a_refusal_tells_position_and_entries() {
    let text = order(&format!(
        "{ORDER}453=2|448=P|448=Q|802=2|523=s|523=t|803=x|"
    ));
    let message = Message::from_pipe(&text).expect("a message");
    let rejection = FIX
        .validate(&message, &Rules::default())
        .expect_err("803 is no number");
    assert_eq!(
        (rejection.ref_tag, rejection.position),
        (Some(803), Some(21))
    );
    let entry = |count_tag, number| EntryRef { count_tag, number };
    assert_eq!(rejection.entries, [entry(802, 2), entry(453, 2)]);
}

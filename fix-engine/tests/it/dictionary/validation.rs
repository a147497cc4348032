//! Validation, named after the FIX 4.4 test cases.

use fix_engine::codec::message::Message;
use fix_engine::dictionary::Dictionary;
use fix_engine::dictionary::rejection::Rejection;
use fix_engine::dictionary::rules::Rules;

use super::{COMPONENTS, FIX, HEAD, ORDER, order};

fn validate(rules: &Rules, text: &str) -> Result<(), Rejection> {
    let message = Message::from_pipe(text).unwrap_or_else(|why| panic!("{text}: {why}"));
    FIX.validate(&message, rules)
}

/// 373 and 371 of a refusal under the default rules.
fn refused(text: &str) -> (u32, Option<i64>) {
    let rejection = validate(&Rules::default(), text).expect_err(text);
    assert!(rejection.text.len() > 10, "{rejection:?}");
    (rejection.reason.code(), rejection.ref_tag)
}

fn accepted(text: &str) {
    assert_eq!(validate(&Rules::default(), text), Ok(()), "{text}");
}

/// A switch makes the difference between a refusal and none.
fn switched(text: &str, switch: impl Fn(&mut Rules)) {
    let mut rules = Rules::default();
    assert!(validate(&rules, text).is_err(), "{text}");
    switch(&mut rules);
    assert_eq!(validate(&rules, text), Ok(()), "{text}");
}

#[test]
fn a_right_order_passes() {
    accepted(&order(ORDER));
    let parties = "453=2|448=P1|447=D|452=1|802=1|523=s|803=1|448=P2|447=D|452=3|";
    accepted(&order(&format!(
        "11=x|{parties}55=ABC|54=1|60=20260101-12:00:00.123456|38=100|40=1|18=6 G|"
    )));
    accepted(&format!(
        "8=FIX.4.4|35=W|{HEAD}262=r|55=ABC|268=2|269=0|270=1|271=2|269=1|270=2|271=5|"
    ));
    accepted(&format!(
        "8=FIX.4.4|35=A|{HEAD}98=0|108=30|141=Y|553=u|554=p|"
    ));
    accepted(&format!("8=FIX.4.4|35=0|{HEAD}"));
}

#[test]
fn case_14a_bad_field() {
    for (field, number) in [
        ("999=a|", 999),
        ("0=a|", 0),
        ("-1=a|", -1),
        ("5000=a|", 5000),
        ("0044=1|", 44),
    ] {
        assert_eq!(
            refused(&order(&format!("{ORDER}{field}"))),
            (0, Some(number))
        );
    }
    assert_eq!(
        refused(&order(&format!("{ORDER}2147483648=a|"))),
        (0, Some(2_147_483_648))
    );
    switched(&order(&format!("{ORDER}999=a|")), |rules| {
        rules.allow_unknown_fields = true
    });
    switched(&order(&format!("{ORDER}5000=a|")), |rules| {
        rules.allow_user_defined_fields = true
    });
}

#[test]
fn case_14b_required_field_missing() {
    assert_eq!(
        refused(&format!(
            "8=FIX.4.4|35=D|34=2|49=A|52=20260101-12:00:00|{ORDER}"
        )),
        (1, Some(56))
    );
    assert_eq!(
        refused(&order(
            "55=ABC|54=1|60=20260101-12:00:00|38=100|40=2|44=1.5|"
        )),
        (1, Some(11))
    );
    switched(
        &order("55=ABC|54=1|60=20260101-12:00:00|38=100|40=2|44=1.5|"),
        |rules| rules.check_required = false,
    );
}

#[test]
fn case_14c_tag_not_defined_for_this_message() {
    let text = format!("8=FIX.4.4|35=0|{HEAD}55=ABC|");
    assert_eq!(refused(&text), (2, Some(55)));
    switched(&text, |rules| rules.allow_fields_of_other_messages = true);
}

#[test]
fn case_14d_tag_without_value() {
    let text = format!("8=FIX.4.4|35=D|34=2|49=A|56=|52=20260101-12:00:00|{ORDER}");
    assert_eq!(refused(&text), (4, Some(56)));
    assert_eq!(
        refused("8=FIX.4.4|35=|34=2|49=A|56=B|52=20260101-12:00:00|"),
        (4, Some(35))
    );
    switched(&order(&format!("{ORDER}58=|")), |rules| {
        rules.allow_empty_fields = true
    });
    switched(&text, |rules| rules.allow_empty_fields = true);
}

#[test]
fn case_14e_value_that_is_not_enumerated() {
    for (field, number) in [
        ("21=4|", 21),
        ("167=BOO|", 167),
        ("18=6 x|", 18),
        ("43=y|", 43),
    ] {
        let (text, reason) = if number == 43 {
            (format!("8=FIX.4.4|35=D|{HEAD}{field}{ORDER}"), 6)
        } else {
            (order(&format!("{ORDER}{field}")), 5)
        };
        assert_eq!(refused(&text), (reason, Some(number)));
    }
    accepted(&order(&format!("{ORDER}21=3|167=CS|")));
    switched(&order(&format!("{ORDER}21=4|")), |rules| {
        rules.check_values = false
    });
}

#[test]
fn case_14f_format_by_type() {
    let wrong = [
        ("38=+200.00|", 38),
        ("38=1e5|", 38),
        ("38=.|", 38),
        ("38=1.2.3|", 38),
        ("38=-|", 38),
        ("38=1,5|", 38),
        ("44=NaN|", 44),
        ("15=US|", 15),
        ("15=U5D|", 15),
        ("100=TOOLONG|", 100),
        ("60=20260101|", 60),
        ("60=20260101-12:00:00.123456789012345|", 60),
        ("64=20260230|", 64),
        ("200=202613|", 200),
        ("200=202601w6|", 200),
        ("54=12|", 54),
        ("377=1|", 377),
        ("423=1.5|", 423),
        ("423=9999999999999999999|", 423),
        ("18=6  G|", 18),
        ("354=-1|", 354),
        ("453=x|", 453),
        ("421=USA|", 421),
        ("273=24:00:00|", 273),
    ];
    let places = |number: i64| match number {
        273 => Some("8=FIX.4.4|35=W|34=2|49=A|56=B|52=20260101-12:00:00|262=r|55=A|268=1|269=0|"),
        421 => None,
        _ => Some(""),
    };
    for (field, number) in wrong {
        let text = match places(number) {
            Some("") => order(&format!("11=x|55=ABC|{field}")),
            Some(head) => format!("{head}{field}"),
            None => continue,
        };
        assert_eq!(refused(&text), (6, Some(number)), "{field}");
    }
    for right in [
        "38=0100.50|",
        "38=-1|",
        "38=.5|",
        "38=5.|",
        "38=100|200=202601|",
        "38=1|200=202601w5|",
        "38=1|200=20260131|",
        "38=1|15=EUR|100=XLON|",
    ] {
        accepted(&order(&format!(
            "11=x|55=ABC|54=1|60=20260101-12:00:00.123456789012|40=1|{right}"
        )));
    }
}

#[test]
fn case_14g_sections_out_of_order() {
    let text = format!(
        "8=FIX.4.4|35=D|34=2|49=A|52=20260101-12:00:00|11=x|56=B|{}",
        &ORDER[5..]
    );
    assert_eq!(refused(&text), (14, Some(56)));
    switched(&text, |rules| rules.check_section_order = false);
    assert_eq!(
        refused(&order(&format!("{ORDER}93=1|89=s|58=late|"))),
        (14, Some(58))
    );
}

#[test]
fn case_14h_repeated_tag() {
    assert_eq!(refused(&order(&format!("{ORDER}40=2|"))), (13, Some(40)));
    assert_eq!(
        refused(&format!("8=FIX.4.4|35=D|34=2|{HEAD}{ORDER}")),
        (13, Some(34))
    );
    assert_eq!(
        refused(&order(&format!("{ORDER}453=1|448=P|447=D|447=D|"))),
        (13, Some(447))
    );
}

#[test]
fn case_14i_count_of_a_group() {
    assert_eq!(
        refused(&order(&format!("{ORDER}386=3|336=1|336=2|"))),
        (16, Some(386))
    );
    assert_eq!(
        refused(&order(&format!("{ORDER}386=1|336=1|336=2|"))),
        (16, Some(386))
    );
    assert_eq!(
        refused(&order(&format!("{ORDER}386=0|336=1|"))),
        (16, Some(386))
    );
    assert_eq!(refused(&order(&format!("{ORDER}386=1|"))), (16, Some(386)));
    assert_eq!(
        refused(&order(&format!(
            "{ORDER}453=2|448=P|802=2|523=s|803=1|523=t|803=2|"
        ))),
        (16, Some(453))
    );
    assert_eq!(
        refused(&order(&format!(
            "{ORDER}453=1|448=P|802=3|523=s|803=1|523=t|803=2|"
        ))),
        (16, Some(802))
    );
    accepted(&order(&format!("{ORDER}386=2|336=1|336=2|")));
}

#[test]
fn case_14j_order_of_group_members() {
    let text = order(&format!("{ORDER}453=1|448=P|452=1|447=D|"));
    assert_eq!(refused(&text), (15, Some(447)));
    switched(&text, |rules| rules.check_group_order = false);
    assert_eq!(
        refused(&order(&format!("{ORDER}453=1|447=D|448=P|"))),
        (15, Some(447)),
        "delimiter first"
    );
    assert_eq!(
        refused(&order(&format!("{ORDER}453=1|448=P|802=1|803=1|523=s|"))),
        (15, Some(803)),
        "nested"
    );
    assert_eq!(
        refused(&order(&format!("{ORDER}447=D|"))),
        (15, Some(447)),
        "outside its group"
    );
}

#[test]
fn case_15_other_order_inside_header_and_body() {
    accepted(
        "8=FIX.4.4|35=D|56=B|52=20260101-12:00:00|34=2|49=A|40=2|44=1.5|38=100|60=20260101-12:00:00|54=1|55=ABC|11=x|",
    );
}

#[test]
fn case_21_group_of_no_entries() {
    accepted(&format!(
        "8=FIX.4.4|35=d|{HEAD}320=1|322=1|323=1|55=ABC|454=0|"
    ));
    accepted(&order(&format!("11=x|386=0|{}", &ORDER[5..])));
}

#[test]
fn case_2q_msg_type_not_valid() {
    assert_eq!(refused(&format!("8=FIX.4.4|35=*|{HEAD}")), (11, Some(35)));
    assert_eq!(refused(&format!("8=FIX.4.4|35=DD|{HEAD}")), (11, Some(35)));
}

#[test]
fn a_wrong_type_inside_a_group_is_refused() {
    assert_eq!(
        refused(&order(&format!("{ORDER}453=1|448=P|452=x|"))),
        (6, Some(452))
    );
    assert_eq!(
        refused(&order(&format!("{ORDER}453=1|448=P|802=1|523=s|803=x|"))),
        (6, Some(803))
    );
}

#[test]
fn required_inside_a_group_is_required_in_each_entry() {
    let group = "8=FIX.4.4|35=V|34=2|49=A|56=B|52=20260101-12:00:00|262=r|263=1|264=0|267=1|269=0|";
    assert_eq!(refused(group), (1, Some(146)));
    accepted(&format!("{group}146=1|55=ABC|"));
    let fees = format!("8=FIX.4.4|35=E|{HEAD}66=l|394=3|68=1|73=1|11=x|67=1|55=A|54=1|");
    let missing = validate(&Rules::default(), &fees);
    assert_eq!(missing, Ok(()), "NewOrderList requires no more in an entry");
    assert_eq!(refused(&fees.replace("67=1|", "")), (1, Some(67)));
}

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
fn text_names_field_value_and_position() {
    let rejection = validate(&Rules::default(), &order(&format!("{ORDER}21=4|"))).expect_err("4");
    assert_eq!(
        rejection.text,
        "HandlInst (21) = '4' at position 15 is not one of the field's values"
    );
    assert_eq!(rejection.position, Some(15));
    let secret = format!("8=FIX.4.4|35=A|{HEAD}98=0|108=x|554=hunter2|554=hunter2|");
    assert!(
        !validate(&Rules::default(), &secret)
            .expect_err("x")
            .text
            .contains("hunter2")
    );
    let secret = format!("8=FIX.4.4|35=A|{HEAD}98=0|108=1|554=hunter2|554=hunter2|");
    let text = validate(&Rules::default(), &secret)
        .expect_err("twice")
        .text;
    assert_eq!(
        text,
        "Password (554) = '***' at position 11 appears more than once"
    );
    let forged = validate(&Rules::default(), &order(&format!("{ORDER}21=a\nb|")))
        .expect_err("format")
        .text;
    assert!(forged.contains("'a\\nb'"), "{forged}");
}

//! The dictionary from outside: the files in the tree, look-ups, validation case by case, explanation.

#[path = "../../examples/generate/output/mod.rs"]
mod output;
mod tables;
mod validation;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use fix_engine::codec::message::Message;
use fix_engine::dictionary::error::DictionaryError;
use fix_engine::dictionary::field::{FieldDef, FieldType, OtherValues};
use fix_engine::dictionary::rules::{Rules, USER_DEFINED_FROM};
use fix_engine::dictionary::{Dictionary, FIX44, LOGGIA44};
use fix_engine::explain::Explanation;
use fix_engine::{msg_type, tag};
use proptest::prelude::*;

static FIX: LazyLock<Dictionary> = LazyLock::new(Dictionary::fix44);

/// Header of a message behind its type.
const HEAD: &str = "34=2|49=A|56=B|52=20260101-12:00:00.000|";
/// Body of a new order that lacks nothing.
const ORDER: &str = "11=x|55=ABC|54=1|60=20260101-12:00:00|38=100|40=2|44=1.5|";

fn order(fields: &str) -> String {
    format!("8=FIX.4.4|35=D|{HEAD}{fields}")
}

#[test]
fn files_in_the_tree_are_what_the_generator_makes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let outputs = output::outputs(&root).expect("facts");
    assert_eq!(outputs.len(), 5);
    for (path, made) in outputs {
        let there = fs::read_to_string(root.join(path)).expect(path);
        assert!(
            there == made,
            "{path} is out of date: cargo run -p fix-engine --example generate"
        );
    }
}

#[test]
fn the_whole_standard_is_there() {
    let dictionary = &*FIX;
    assert_eq!(dictionary.fields().count(), 912);
    assert_eq!(dictionary.messages().len(), 93);
    assert_eq!(
        dictionary
            .messages()
            .iter()
            .filter(|message| message.is_admin)
            .count(),
        7
    );
    let side = dictionary.field(tag::SIDE).expect("Side");
    assert_eq!(
        (side.name.as_str(), side.ty, side.meaning(b"1")),
        ("Side", FieldType::Char, Some("BUY"))
    );
    assert_eq!(
        dictionary
            .message(msg_type::TRADE_CAPTURE_REPORT)
            .map(|def| def.name.as_str()),
        Some("TradeCaptureReport")
    );
    assert!(
        dictionary.message("*").is_none()
            && dictionary.message("ZZ").is_none()
            && dictionary.message("").is_none()
    );
    assert!(
        dictionary.field(0).is_none()
            && dictionary.field(999).is_none()
            && dictionary.field(u32::MAX).is_none()
    );
}

#[test]
fn the_venue_s_dictionary_is_part_of_the_standard() {
    let (standard, venue) = (&*FIX, Dictionary::loggia44());
    assert_eq!(venue.messages().len(), 37);
    let is_own = |tag: u32| tag >= USER_DEFINED_FROM;
    let own = venue.fields().filter(|field| is_own(field.tag));
    let own: Vec<_> = own.map(|field| (field.tag, field.name.as_str())).collect();
    let expected = [
        (5001, "LoggiaRepriceToBand"),
        (5002, "LoggiaWantsPosition"),
        (5003, "LoggiaPosition"),
    ];
    assert_eq!(own, expected);
    for field in venue.fields().filter(|field| !is_own(field.tag)) {
        let whole = standard.field(field.tag).expect("a field of the standard");
        assert_eq!((&field.name, field.ty), (&whole.name, whole.ty));
        assert!(
            field
                .values
                .iter()
                .all(|value| whole.values.contains(value)),
            "{}",
            field.name
        );
    }
    for message in venue.messages() {
        let whole = standard
            .message(&message.msg_type)
            .expect("a message of the standard");
        for member in message.body.members().iter().filter(|it| !is_own(it.tag)) {
            let there = whole
                .body
                .members()
                .iter()
                .find(|other| other.tag == member.tag);
            assert_eq!(
                there.map(|other| other.required),
                Some(member.required),
                "{} {}",
                message.name,
                member.tag
            );
        }
        let required = whole
            .body
            .members()
            .iter()
            .filter(|member| member.required && message.msg_type != "X");
        for member in required.filter(|member| {
            message
                .body
                .members()
                .iter()
                .all(|other| other.tag != member.tag)
        }) {
            let optional_component = [tag::UNDERLYING_SYMBOL, tag::NO_LEGS];
            assert!(
                optional_component.contains(&member.tag),
                "{} lacks {}",
                message.name,
                member.tag
            );
        }
    }
    assert!(FIX44.len() > LOGGIA44.len());
}

/// Message Z: 1 required; optional component with 2, required 3, and an optional component with 4 and required 5.
const COMPONENTS: &str = "<fix><header><field name='BeginString' required='Y'/><field name='BodyLength' required='Y'/>\
    <field name='MsgType' required='Y'/></header><trailer><field name='CheckSum' required='Y'/></trailer>\
    <messages><message name='Zed' msgtype='Z' msgcat='app'><field name='One' required='Y'/>\
    <component name='Outer' required='N'/></message></messages>\
    <components><component name='Outer'><field name='Two' required='N'/><field name='Three' required='Y'/>\
    <component name='Inner' required='N'/></component>\
    <component name='Inner'><field name='Four' required='N'/><field name='Five' required='Y'/></component></components>\
    <fields><field number='8' name='BeginString' type='STRING'/><field number='9' name='BodyLength' type='LENGTH'/>\
    <field number='35' name='MsgType' type='STRING'/><field number='10' name='CheckSum' type='STRING'/>\
    <field number='1' name='One' type='STRING'/><field number='2' name='Two' type='STRING'/>\
    <field number='3' name='Three' type='STRING'/><field number='4' name='Four' type='STRING'/>\
    <field number='5' name='Five' type='STRING'/></fields></fix>";

#[test]
fn a_broken_dictionary_names_line_and_cause() {
    let broken =
        |from: &str, to: &str| Dictionary::parse(&COMPONENTS.replace(from, to)).expect_err(to);
    assert!(matches!(
        Dictionary::parse("<fix>"),
        Err(DictionaryError::Xml(_))
    ));
    assert_eq!(
        broken("trailer>", "tailer>"),
        DictionaryError::NoElement("trailer")
    );
    let undefined = DictionaryError::Undefined {
        line: 1,
        name: "Seven".to_owned(),
    };
    assert_eq!(
        broken(
            "<field name='Four' required",
            "<field name='Seven' required"
        ),
        undefined
    );
    assert!(matches!(
        broken("number='5'", "number='0'"),
        DictionaryError::Attribute {
            attribute: "number",
            ..
        }
    ));
    assert!(matches!(
        broken("number='5'", "number='99999999'"),
        DictionaryError::Attribute { .. }
    ));
    assert!(matches!(
        broken("number='5'", "number='4'"),
        DictionaryError::Twice { .. }
    ));
    assert!(matches!(
        broken(
            "<component name='Inner' required='N'/>",
            "<thing name='a' required='N'/>"
        ),
        DictionaryError::Unexpected { .. }
    ));
    let endless = broken(
        "<field name='Four' required='N'/>",
        "<component name='Outer' required='Y'/>",
    );
    assert_eq!(endless, DictionaryError::TooDeep { line: 1, limit: 16 });
}

#[test]
fn components_that_multiply_are_refused() {
    let mut components = String::new();
    for level in 0..15 {
        let inner = format!("<component name='C{}' required='Y'/>", level + 1).repeat(10);
        components.push_str(&format!("<component name='C{level}'>{inner}</component>"));
    }
    components.push_str(
        "<component name='C15'><field name='Five' required='N'/></component></components>",
    );
    let xml = COMPONENTS
        .replace("</components>", &components)
        .replace("name='Outer' required", "name='C0' required");
    assert!(matches!(
        Dictionary::parse(&xml),
        Err(DictionaryError::TooMany { .. })
    ));
}

#[test]
fn a_message_in_words() {
    let dictionary = &*FIX;
    let text = order("11=x|453=2|448=P1|802=1|523=s|448=P2|55=ABC|54=1|18=6 G|40=@|554=p|9000=u|");
    let explanation = Explanation::of_text(dictionary, &Rules::default(), &text);
    assert_eq!(explanation.name.as_deref(), Some("NewOrderSingle"));
    assert_eq!(explanation.garbled, None);
    let line = |tag: i64| {
        explanation
            .fields
            .iter()
            .find(|line| line.tag == tag)
            .expect("a line")
    };
    assert_eq!(line(35).meaning.as_deref(), Some("NewOrderSingle"));
    assert_eq!(
        (line(54).name.as_str(), line(54).meaning.as_deref()),
        ("Side", Some("BUY"))
    );
    assert_eq!(
        line(18).meaning.as_deref(),
        Some("PARTICIPATE_DO_NOT_INITIATE, ALL_OR_NONE")
    );
    assert_eq!(
        (line(554).value.as_str(), line(9000).name.as_str()),
        ("***", "")
    );
    let nesting: Vec<(i64, usize, Option<u32>)> = explanation.fields[7..15]
        .iter()
        .map(|line| (line.tag, line.indent, line.entry))
        .collect();
    assert_eq!(
        nesting,
        [
            (11, 0, None),
            (453, 0, None),
            (448, 1, Some(1)),
            (802, 1, None),
            (523, 2, Some(1)),
            (448, 1, Some(2)),
            (55, 0, None),
            (54, 0, None)
        ]
    );
    let rejection = explanation.rejection.expect("a refusal");
    let blamed = explanation
        .fields
        .iter()
        .find(|line| Some(line.position) == rejection.position);
    assert_eq!(
        (rejection.reason.code(), blamed.map(|line| line.tag)),
        (5, Some(40))
    );
}

#[test]
fn a_garbled_message_is_explained_as_far_as_it_goes() {
    let dictionary = &*FIX;
    let explanation = Explanation::of_text(
        dictionary,
        &Rules::default(),
        "8=FIX.4.4|9=5|35=D|54=1|nonsense|10=000|",
    );
    assert!(explanation.garbled.is_some() && explanation.rejection.is_none());
    let names: Vec<&str> = explanation
        .fields
        .iter()
        .map(|line| line.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["BeginString", "BodyLength", "MsgType", "Side", "CheckSum"]
    );
    assert_eq!(explanation.name.as_deref(), Some("NewOrderSingle"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn random_messages_never_panic(fields in prop::collection::vec((prop_oneof![
        Just(453_u32), Just(448), Just(447), Just(452), Just(802), Just(523), Just(803), Just(268), Just(269), Just(555), 1_u32..1000
    ], "[0-9A-Z.: -]{0,10}"), 0..40), at in 0_usize..93) {
        let dictionary = &*FIX;
        let msg_type = &dictionary.messages()[at].msg_type;
        let fields: String = fields.iter().map(|(tag, value)| format!("{tag}={value}|")).collect();
        let text = format!("8=FIX.4.4|35={msg_type}|{HEAD}{fields}");
        if let Ok(message) = Message::from_pipe(&text) {
            let lines = dictionary.explain(&message);
            prop_assert_eq!(lines.len(), message.fields().count());
            for rules in [Rules::default(), Rules { allow_unknown_fields: true, allow_user_defined_fields: true,
                allow_fields_of_other_messages: true, allow_empty_fields: true, check_values: false,
                check_formats: false,
                check_section_order: false, check_group_order: false, first_member_delimits: true, check_required: false,
                check_data_lengths: false, check_encoding: false }] {
                if let Err(rejection) = dictionary.validate(&message, &rules) {
                    let position = rejection.position.map_or(1, |position| position as usize);
                    prop_assert!((1..=lines.len()).contains(&position));
                }
            }
        }
    }

    #[test]
    fn random_xml_never_panics(text in "(<fix>)?(<[a-z]{1,6}( name='[A-Z]')?/?>|</[a-z]{1,6}>|[a-z<>&;'= ]){0,30}") {
        let _ = Dictionary::parse(&text);
    }
}

#[test]
fn a_field_of_one_s_own_is_taken_where_it_was_agreed_on_and_nowhere_else() {
    let field = |tag| {
        FieldDef::new(
            tag,
            "Ours".into(),
            FieldType::Boolean,
            Vec::new(),
            OtherValues::None,
        )
    };
    let ours = FIX
        .clone()
        .with_field(field(5001), &["D", "8"])
        .expect("free");
    let check = |dictionary: &Dictionary, text: &str| {
        let message = Message::from_pipe(text).expect("a message");
        dictionary.validate(&message, &Rules::default())
    };
    let with = |value: &str| order(&format!("{ORDER}5001={value}|"));
    assert_eq!(check(&ours, &with("Y")), Ok(()));
    assert_eq!(check(&ours, &order(ORDER)), Ok(()));
    assert!(check(&ours, &with("maybe")).is_err());
    assert!(check(&FIX, &with("Y")).is_err());
    let test_request = format!("8=FIX.4.4|35=1|{HEAD}112=x|5001=Y|");
    assert!(check(&ours, &test_request).is_err());
    for (tag, msg_type) in [
        (58, "D"),
        (4_999, "D"),
        (5001, "D"),
        (65_536, "D"),
        (5002, "ZZ"),
    ] {
        let error = DictionaryError::NotYours { tag };
        assert_eq!(
            ours.clone().with_field(field(tag), &[msg_type]).err(),
            Some(error)
        );
    }
}

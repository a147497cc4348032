//! Messages out of frames: fields, types, data, groups, what is garbled.

use super::LIMIT;
use super::garbled;
use super::message;
use bytes::BytesMut;
use fix_engine::codec::body::Body;
use fix_engine::codec::body::Decimal;
use fix_engine::codec::data_fields;
use fix_engine::codec::encode::Header;
use fix_engine::codec::encode::encode;
use fix_engine::codec::field::FieldError;
use fix_engine::codec::field::FieldErrorKind;
use fix_engine::codec::frame::Framing;
use fix_engine::codec::frame::split;
use fix_engine::codec::garbled::Garbled;
use fix_engine::codec::index::CheckSum;
use fix_engine::codec::message::Message;
use fix_engine::codec::pipe;
use fix_engine::dictionary::Dictionary;
use fix_engine::dictionary::field::FieldType;
use fix_engine::msg_type;
use fix_engine::tag;
use fix_engine::time::Timestamp;

#[test]
fn fields_are_found_by_tag_in_order_of_appearance() {
    let message = message("8=FIX.4.4|35=D|34=7|49=A|56=B|11=first|11=second|44=1.50|");
    assert_eq!(message.msg_type(), msg_type::NEW_ORDER_SINGLE);
    assert_eq!(message.msg_seq_num(), Ok(7));
    assert_eq!(message.text(tag::CL_ORD_ID), Some("first"));
    assert_eq!(message.value(tag::PRICE), Some(&b"1.50"[..]));
    assert_eq!(message.value(tag::SIDE), None);
    let tags: Vec<u32> = message.fields().map(|(tag, _)| tag).collect();
    assert_eq!(tags, [8, 9, 35, 34, 49, 56, 11, 11, 44, 10]);
}

#[test]
fn typed_values_say_what_is_wrong() {
    let message = message(
        "8=FIX.4.4|35=0|34=18446744073709551616|7=|16=0012|36=-5|43=Y|97=y|54=12|44=-1.2500|38=1e5|52=20260229-00:00:00|",
    );
    let error = |tag, kind| Err(FieldError::new(tag, kind));
    assert_eq!(
        message.msg_seq_num(),
        Err(FieldError::new(34, FieldErrorKind::OutOfRange))
    );
    assert_eq!(message.uint(7), error(7, FieldErrorKind::Empty));
    assert_eq!(message.uint(16), Ok(Some(12)));
    assert_eq!(
        message.uint(36),
        Err(FieldError::new(36, FieldErrorKind::Format))
    );
    assert_eq!(message.int(36), Ok(Some(-5)));
    assert_eq!(message.bool(43), Ok(Some(true)));
    assert_eq!(
        message.bool(97),
        Err(FieldError::new(97, FieldErrorKind::Format))
    );
    assert_eq!(
        message.char(54),
        Err(FieldError::new(54, FieldErrorKind::Format))
    );
    assert_eq!(
        message.view().decimal(44),
        Ok(Some(Decimal {
            mantissa: -125,
            scale: 2
        }))
    );
    assert_eq!(
        message.view().decimal(38),
        Err(FieldError::new(38, FieldErrorKind::Format))
    );
    assert_eq!(
        message.timestamp(52),
        Err(FieldError::new(52, FieldErrorKind::Format))
    );
    assert_eq!(message.uint(99), Ok(None));
    assert_eq!(
        message.require(99),
        Err(FieldError::new(99, FieldErrorKind::Missing))
    );
}

#[test]
fn the_value_of_the_check_sum_may_be_ignored_and_nothing_else() {
    let lenient = |text: &str| {
        Message::parse_choosing(pipe::to_bytes(text), Vec::new(), CheckSum::Ignored)
            .map(|message| message.bytes().len())
    };
    assert_eq!(lenient("8=FIX.4.4|9=5|35=0|10=256|"), Ok(26));
    assert_eq!(
        lenient("8=FIX.4.4|9=5|35=0|10=0x1|"),
        Err(Garbled::CheckSumFormat)
    );
    assert_eq!(
        lenient("8=FIX.4.4|9=6|35=0|10=256|"),
        Err(Garbled::BodyLengthMismatch)
    );
    assert_eq!(lenient("8=FIX.4.4|9=5|34=2|10=256|"), Err(Garbled::MsgType));
}

#[test]
fn wrong_sums_lengths_and_orders_are_garbled() {
    assert_eq!(
        garbled("8=FIX.4.4|35=0|34=2|10=256|"),
        Garbled::CheckSum {
            stated: 256,
            computed: 166
        }
    );
    assert_eq!(garbled("8=FIX.4.4|35=0|10=1|"), Garbled::BodyLengthMismatch);
    assert_eq!(garbled("8=FIX.4.4|35=0|10=0x1|"), Garbled::CheckSumFormat);
    assert_eq!(garbled("8=FIX.4.4|9=6|35=0|"), Garbled::BodyLengthMismatch);
    assert_eq!(garbled("8=FIX.4.4|34=2|35=0|"), Garbled::MsgType);
    assert_eq!(garbled("35=0|8=FIX.4.4|34=2|"), Garbled::NoBeginString);
    assert_eq!(garbled("8=FIX.4.4|35=0|58|"), Garbled::Field { at: 19 });
    assert_eq!(garbled("8=FIX.4.4|35=0||34=2|"), Garbled::Field { at: 20 });
    assert_eq!(garbled("8=FIX.4.4|35=0|x=1|"), Garbled::Field { at: 19 });
    assert_eq!(garbled("8=FIX.4.4|35=0|5 8=1|"), Garbled::Field { at: 20 });
    assert_eq!(garbled("8=FIX.4.4|35=0|=1|"), Garbled::Field { at: 19 });
}

#[test]
fn numbers_that_cannot_be_tags_are_kept_as_written() {
    let message =
        message("8=FIX.4.4|35=0|0=a|-1=b|0058=c|2147483647=d|2147483648=e|999999999999=f|");
    let view = message.view();
    let tags: Vec<(u32, i64)> = view.index()[3..9]
        .iter()
        .map(|field| (field.tag, view.written_tag(field)))
        .collect();
    assert_eq!(
        tags,
        [
            (0, 0),
            (0, -1),
            (0, 58),
            (2_147_483_647, 2_147_483_647),
            (0, 2_147_483_648),
            (0, 999_999_999_999)
        ]
    );
    assert_eq!(message.value(58), None);
}

#[test]
fn data_may_hold_anything_that_its_length_covers() {
    for (len_tag, data_tag) in data_fields::PAIRS {
        let mut body = Body::new(msg_type::NEWS);
        body.data(len_tag, data_tag, b"a\x0110=000\x018=FIX.4.4\x01b")
            .push(tag::TEXT, "behind");
        let mut out = BytesMut::new();
        encode(
            &Header::new("FIX.4.4", "A", "B", 1, Timestamp::from_secs(0)),
            &body,
            &mut out,
        );
        let bytes = out.freeze();
        assert_eq!(split(&bytes, LIMIT), Framing::Frame(bytes.len()));
        let message = Message::parse(bytes).expect("whole");
        assert_eq!(
            message.value(data_tag),
            Some(&b"a\x0110=000\x018=FIX.4.4\x01b"[..])
        );
        assert_eq!(message.text(tag::TEXT), Some("behind"));
    }
}

#[test]
fn a_data_length_that_lies_never_leads_outside() {
    for (len_tag, data_tag) in data_fields::PAIRS {
        for lie in ["2", "4", "9", "1000", "4294967295", "18446744073709551615"] {
            let found = garbled(&format!(
                "8=FIX.4.4|35=B|{len_tag}={lie}|{data_tag}=abc|58=x|"
            ));
            assert!(
                matches!(found, Garbled::DataLength { tag, .. } if tag == len_tag),
                "{len_tag}={lie}: {found:?}"
            );
        }
        let message = message(&format!(
            "8=FIX.4.4|35=B|{len_tag}=99999999999999999999|{data_tag}=abc|58=x|"
        ));
        assert_eq!(message.value(data_tag), Some(&b"abc"[..]));
    }
    // One that reaches the CheckSum would hide it.
    let found = garbled("8=FIX.4.4|35=B|95=10|96=abc|10=000|");
    assert!(
        matches!(found, Garbled::CheckSum { .. } | Garbled::DataLength { .. }),
        "{found:?}"
    );
}

#[test]
fn the_table_of_data_fields_is_the_dictionary_s() {
    let dictionary = Dictionary::fix44();
    let data: Vec<u32> = dictionary
        .fields()
        .filter(|field| field.ty == FieldType::Data)
        .map(|field| field.tag)
        .collect();
    let mut table: Vec<u32> = data_fields::PAIRS.iter().map(|pair| pair.1).collect();
    table.sort_unstable();
    assert_eq!(table, data);
    for (len_tag, data_tag) in data_fields::PAIRS {
        assert_eq!(data_fields::data_tag(len_tag), Some(data_tag));
        let len = dictionary.field(len_tag).map(|field| field.ty);
        assert_eq!(len, Some(FieldType::Length), "{len_tag}");
    }
}

#[test]
fn header_and_trailer_are_the_dictionary_s() {
    let dictionary = Dictionary::fix44();
    let hop = dictionary
        .header()
        .members()
        .iter()
        .filter_map(|member| dictionary.group(*member));
    let nested = hop
        .flat_map(|group| group.members())
        .map(|member| member.tag);
    let mut header: Vec<u32> = dictionary
        .header()
        .members()
        .iter()
        .map(|member| member.tag)
        .chain(nested)
        .collect();
    let mut trailer: Vec<u32> = dictionary
        .trailer()
        .members()
        .iter()
        .map(|member| member.tag)
        .collect();
    header.sort_unstable();
    trailer.sort_unstable();
    let all = || dictionary.fields().map(|field| field.tag);
    assert_eq!(
        all()
            .filter(|tag| fix_engine::codec::encode::is_header(*tag))
            .collect::<Vec<_>>(),
        header
    );
    assert_eq!(
        all()
            .filter(|tag| fix_engine::codec::encode::is_trailer(*tag))
            .collect::<Vec<_>>(),
        trailer
    );
}

#[test]
fn groups_are_cut_at_their_delimiter_and_end_with_their_members() {
    let message = message(
        "8=FIX.4.4|35=D|34=2|453=2|448=P1|447=D|452=1|802=2|523=s1|803=1|523=s2|803=2|448=P2|452=3|55=ABC|54=1|",
    );
    let parties: Vec<_> = message.group(tag::NO_PARTY_IDS).collect();
    assert_eq!(parties.len(), 2);
    assert_eq!(parties[0].text(tag::PARTY_ID), Some("P1"));
    let subs: Vec<_> = parties[0]
        .group(tag::NO_PARTY_SUB_IDS)
        .map(|sub| sub.text(tag::PARTY_SUB_ID))
        .collect();
    assert_eq!(subs, [Some("s1"), Some("s2")]);
    assert_eq!(parties[1].text(tag::PARTY_ID), Some("P2"));
    assert_eq!(parties[1].text(tag::PARTY_ROLE), Some("3"));
    assert_eq!(parties[1].text(tag::PARTY_ID_SOURCE), None);
    assert_eq!(
        parties[1].text(tag::SYMBOL),
        None,
        "a field behind the group is not in it"
    );
    assert_eq!(message.group(tag::NO_LEGS).count(), 0);
}

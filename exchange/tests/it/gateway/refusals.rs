//! What a participant does wrong gets the right answer, and disturbs nobody.

use crate::venue::{Peer, Venue, now};

/// Sends a D whose fields after Symbol, Side and TransactTime are given; `b` is the ClOrdID.
async fn order(peer: &mut Peer, id: &str, fields: &str) {
    let fields = format!("11={id}|60={}|{fields}", now());
    peer.send("D", &fields).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bad_order_is_rejected_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    let cases = [
        (
            "55=NOPE|54=1|38=1|40=2|44=1",
            "103=1|55=NOPE|58=Symbol (55): unknown symbol",
        ),
        ("54=1|38=1|40=2|44=1", "103=1"),
        (
            "55=ACME|54=1|38=1|40=2|44=1.005",
            "103=99|58=Price (44): the price is not a multiple of the tick 0.01",
        ),
        (
            "55=ACME|54=1|38=1|40=2|44=1.123456789",
            "103=99|58=Price (44): too many decimals",
        ),
        (
            "55=ACME|54=1|38=1|40=2|44=-5",
            "103=99|58=Price (44): the price must be above zero",
        ),
        ("55=ACME|54=1|38=1|40=2|44=0", "103=99"),
        (
            "55=ACME|54=1|38=1|40=2",
            "103=99|58=Price (44): required here",
        ),
        ("55=ACME|54=1|38=1|40=1|44=5", "103=11"),
        ("55=ACME|54=1|38=0|40=2|44=1", "103=13"),
        ("55=ACME|54=1|38=-3|40=2|44=1", "103=13"),
        (
            "55=ACME|54=1|38=1.5|40=2|44=1",
            "103=13|58=OrderQty (38): the quantity is not a multiple of the lot 1",
        ),
        (
            "55=ACME|54=1|40=2|44=1",
            "103=13|58=OrderQty (38): required here",
        ),
        ("55=BOLT|54=1|38=5|40=2|44=1", "103=13"),
        ("55=ACME|54=1|38=100001|40=2|44=1", "103=3"),
        (
            "55=ACME|54=1|38=99999999999999999999|40=2|44=1",
            "103=3|58=OrderQty (38): out of range",
        ),
        ("55=ACME|54=1|38=100000|40=2|44=1000", "103=3"),
        ("55=ACME|54=2|38=100000|40=2|44=1|1=A1|152=5", "103=11"),
        ("55=ACME|54=6|38=1|40=2|44=1", "103=11"),
        ("55=ACME|54=1|38=1|40=J|99=1", "103=11"),
        (
            "55=ACME|54=1|38=1|40=3",
            "103=99|58=StopPx (99): required here",
        ),
        ("55=ACME|54=1|38=1|40=3|99=1|44=1", "103=11"),
        ("55=ACME|54=1|38=1|40=3|99=1.001", "103=99"),
        ("55=ACME|54=1|38=1|40=3|99=1|59=3", "103=11"),
        (
            "55=ACME|54=1|38=1|40=P|211=1",
            "103=99|58=ExecInst (18): required here",
        ),
        (
            "55=ACME|54=1|38=1|40=P|18=a",
            "103=99|58=PegOffsetValue (211): required here",
        ),
        ("55=ACME|54=1|38=1|40=P|18=a M|211=1", "103=11"),
        (
            "55=ACME|54=1|38=1|40=2|44=1|59=6",
            "103=99|58=ExpireTime (126): required here",
        ),
        ("55=ACME|54=1|38=1|40=2|44=1|59=6|432=20200101", "103=4"),
        ("55=ACME|54=1|38=1|40=2|44=1|18=G 6", "103=11"),
        (
            "55=ACME|54=1|38=1|40=2|44=1|110=1",
            "103=13|58=MinQty (110): a least quantity is for IOC orders, a positive multiple of the lot, and at most the order's",
        ),
        ("55=ACME|54=1|38=1|40=2|44=1|18=6|59=3", "103=11"),
    ];
    for (number, (fields, expected)) in cases.into_iter().enumerate() {
        let id = format!("o{number}");
        order(&mut peer, &id, fields).await;
        let expected = format!("150=8|39=8|11={id}|37=NONE|151=0|14=0|6=0|{expected}");
        let message = peer.expect("8", &expected).await;
        assert!(message.has(58), "{fields}");
    }
    peer.rest("good", '1', "1", "1").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_account_of_another_reads_like_an_unknown_one() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    order(&mut peer, "a", "1=A2|55=ACME|54=1|38=1|40=2|44=1").await;
    let others = peer.expect("8", "150=8|103=15|11=a").await;
    order(&mut peer, "b", "1=NONE|55=ACME|54=1|38=1|40=2|44=1").await;
    let unknown = peer.expect("8", "150=8|103=15|11=b").await;
    assert_eq!(others.text(58), unknown.text(58));
    let mut two = venue.peer("TWO01").await;
    order(&mut two, "a", "55=ACME|54=1|38=1|40=2|44=1").await;
    two.expect("8", "150=8|103=15").await;
    order(&mut two, "b", "1=A3|55=ACME|54=1|38=1|40=2|44=1").await;
    two.expect("8", "150=0|1=A3").await;
    // Somebody else's order is unknown.
    let cancel = format!("11=c|41=b|55=ACME|54=1|60={}|38=1", now());
    peer.send("F", &cancel).await;
    peer.expect("9", "102=1|37=NONE").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_no_order_answers_get_a_reject() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    // A type of the standard that the venue does not take.
    peer.send("B", "148=hello|33=1|58=text").await;
    peer.expect("j", "372=B|380=3|45=2").await;
    peer.send("R", "131=q|146=1|55=ACME").await;
    peer.expect("j", "372=R|380=3").await;
    // An id that cannot be kept: the message itself is to blame.
    let long = "x".repeat(37);
    order(&mut peer, &long, "55=ACME|54=1|38=1|40=2|44=1").await;
    // Not a number: refused by the dictionary.
    order(&mut peer, "nan", "55=ACME|54=1|38=1|40=2|44=NaN").await;
    peer.rest("good", '1', "1", "1").await;
    let long = peer.0.next_rejected().expect("a Reject");
    crate::venue::check(&long, "3", "45=4|371=11|373=5|372=D");
    let nan = peer.0.next_rejected().expect("a Reject");
    crate::venue::check(&nan, "3", "45=5|371=44|373=6|372=D");
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rights_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut reader = venue.peer("MD01").await;
    order(&mut reader, "a", "55=ACME|54=1|38=1|40=2|44=1").await;
    reader.expect("j", "372=D|380=6").await;
    let mut blind = venue.peer("BLIND").await;
    let request = "262=r|263=0|264=0|267=1|269=0|146=1|55=ACME";
    blind.send("V", request).await;
    blind.expect("Y", "262=r|281=3").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replace_that_cannot_be_leaves_the_order() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    peer.rest("a", '1', "10", "99").await;
    let cases = [
        ("38=10|40=2|44=99.001", "102=99|39=0"),
        ("38=10|40=2|44=99.1234567891", "102=99"),
        ("38=1000000|40=2|44=99", "39=0"),
    ];
    for (number, (fields, expected)) in cases.into_iter().enumerate() {
        let fields = format!("11=r{number}|41=a|55=ACME|54=1|60={}|{fields}", now());
        peer.send("G", &fields).await;
        let expected = format!("11=r{number}|41=a|434=2|{expected}");
        peer.expect("9", &expected).await;
    }
    peer.send("H", "11=a|55=ACME|54=1").await;
    peer.expect("8", "150=I|39=0|38=10|44=99|151=10").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_that_means_something_else_is_rejected_and_what_is_so_anyway_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    let refused = [
        (
            "15=EUR",
            "Currency (15): prices are in the currency of the instrument",
        ),
        (
            "120=EUR",
            "SettlCurrency (120): trades settle in the currency of the instrument",
        ),
        ("423=1", "PriceType (423): prices are per unit"),
        (
            "168=20991231-00:00:00",
            "EffectiveTime (168): orders are effective at once",
        ),
        (
            "388=0|389=0.5",
            "DiscretionInst (388): discretion is not offered",
        ),
        (
            "389=0.5",
            "DiscretionOffsetValue (389): discretion is not offered",
        ),
        (
            "841=1",
            "DiscretionMoveType (841): discretion is not offered",
        ),
        (
            "432=20991231",
            "ExpireDate (432): does not go with an order that is not GTD",
        ),
        (
            "126=20991231-00:00:00",
            "ExpireTime (126): does not go with an order that is not GTD",
        ),
        (
            "99=1",
            "StopPx (99): does not go with an order that is not a stop",
        ),
        (
            "211=1",
            "PegOffsetValue (211): does not go with an order that is not pegged",
        ),
        ("854=1", "QtyType (854): quantities are in units"),
        ("192=5", "OrderQty2 (192): an order has one quantity"),
        ("640=5", "Price2 (640): an order has one price"),
        (
            "210=1",
            "MaxShow (210): a part is shown with MaxFloor (111)",
        ),
        (
            "152=5",
            "CashOrderQty (152): a quantity is given as OrderQty (38)",
        ),
        (
            "516=5",
            "OrderPercent (516): a quantity is given as OrderQty (38)",
        ),
        (
            "544=2",
            "CashMargin (544): whether an account is on margin is set by the operator, not by an order",
        ),
        (
            "775=1",
            "BookingType (775): orders are for the instrument itself",
        ),
        ("63=6", "SettlType (63): only regular settlement is offered"),
        (
            "64=20991231",
            "SettlDate (64): only regular settlement is offered",
        ),
        (
            "193=20991231",
            "SettlDate2 (193): only regular settlement is offered",
        ),
        ("121=Y", "ForexReq (121): the venue exchanges no currencies"),
        ("847=1", "TargetStrategy (847): strategies are not offered"),
        (
            "849=0.1",
            "ParticipationRate (849): strategies are not offered",
        ),
        (
            "386=1|336=NIGHT",
            "NoTradingSessions (386): the one trading session is DAY",
        ),
        (
            "48=BOLT|22=8",
            "SecurityID (48): names another instrument than Symbol (55)",
        ),
        (
            "48=BOLT|22=1",
            "SecurityID (48): names another instrument than Symbol (55)",
        ),
        (
            "48=OTHER|22=8",
            "SecurityID (48): names another instrument than Symbol (55)",
        ),
        (
            "65=WI",
            "SymbolSfx (65): names another instrument than Symbol (55)",
        ),
        (
            "541=20991231",
            "MaturityDate (541): names another instrument than Symbol (55)",
        ),
        (
            "202=5",
            "StrikePrice (202): names another instrument than Symbol (55)",
        ),
    ];
    for (number, (field, text)) in refused.into_iter().enumerate() {
        let id = format!("o{number}");
        let fields = format!("55=ACME|54=1|38=1|40=2|44=1|{field}");
        order(&mut peer, &id, &fields).await;
        let expected = format!("150=8|39=8|11={id}|37=NONE|103=11|58={text}");
        peer.expect("8", &expected).await;
    }
    let taken = [
        "15=USD",
        "120=USD",
        "423=2",
        "168=20200101-00:00:00",
        "854=0",
        "544=1",
        "775=0",
        "63=0",
        "121=N",
        "386=1|336=DAY",
        "48=ACME|22=8",
        "48=US0000000001|22=4",
        // Nothing that the venue does depends on these.
        "21=1",
        "528=P",
        "453=1|448=X|447=D|452=1",
        "58=hello",
    ];
    for (number, field) in taken.into_iter().enumerate() {
        let id = format!("t{number}");
        let fields = format!("55=ACME|54=1|38=1|40=2|44=1|{field}");
        order(&mut peer, &id, &fields).await;
        peer.expect("8", &format!("150=0|39=0|11={id}")).await;
    }
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_or_replace_that_is_refused_says_how_its_order_stands() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    let order_id = peer.rest("a", '1', "10", "99").await;
    peer.rest("z", '2', "10", "199").await;
    let live = format!("37={order_id}|39=0|41=a");
    let cases = [
        (
            "G",
            "55=ACME|54=1|38=10|40=2",
            "102=99|58=Price (44): required here",
        ),
        (
            "G",
            "55=NOPE|54=1|38=10|40=2|44=99",
            "102=99|58=Symbol (55): unknown symbol",
        ),
        (
            "G",
            "55=ACME|54=1|38=10|40=2|44=99|15=EUR",
            "102=99|58=Currency (15): prices are in the currency of the instrument",
        ),
        (
            "G",
            "55=ACME|54=1|38=10|40=2|44=99|1=A2",
            "102=99|58=Account (1): unknown account",
        ),
        (
            "G",
            "55=ACME|54=1|38=10|40=2|44=99|59=3",
            "102=99|58=TimeInForce (59): an order that rests cannot become IOC or FOK",
        ),
        (
            "G",
            "55=ACME|54=1|38=10|40=2|44=99|59=4",
            "102=99|58=TimeInForce (59): an order that rests cannot become IOC or FOK",
        ),
        (
            "G",
            "55=ACME|54=2|38=10|40=2|44=99",
            "102=99|58=Side (54): the order is on the other side",
        ),
        (
            "G",
            "55=ACME|54=1|38=10|40=2|44=99|37=999",
            "102=1|58=OrderID (37): the order has another OrderID",
        ),
        (
            "F",
            "55=NOPE|54=1|38=10",
            "102=99|58=Symbol (55): unknown symbol",
        ),
        ("F", "54=1|38=10", "102=99|58=Symbol (55): required here"),
        (
            "F",
            "55=BOLT|54=1|38=10",
            "102=99|58=Symbol (55): the order is in another symbol",
        ),
        (
            "F",
            "55=ACME|54=2|38=10",
            "102=99|58=Side (54): the order is on the other side",
        ),
        (
            "F",
            "55=ACME|54=6|38=10",
            "102=99|58=Side (54): not supported by this venue",
        ),
        (
            "F",
            "55=ACME|54=1|38=10|37=999",
            "102=1|58=OrderID (37): the order has another OrderID",
        ),
        (
            "F",
            "55=ACME|54=1|38=10|37=what",
            "102=1|58=OrderID (37): the order has another OrderID",
        ),
    ];
    for (number, (msg_type, fields, expected)) in cases.into_iter().enumerate() {
        let fields = format!("11=r{number}|41=a|60={}|{fields}", now());
        peer.send(msg_type, &fields).await;
        let response_to = if msg_type == "F" { '1' } else { '2' };
        let expected = format!("11=r{number}|{live}|434={response_to}|{expected}");
        peer.expect("9", &expected).await;
    }
    // The ClOrdID of the request was used: by the order itself, or by another.
    for used in ["a", "z"] {
        for (msg_type, fields) in [("F", "38=10"), ("G", "38=10|40=2|44=98")] {
            let fields = format!("11={used}|41=a|55=ACME|54=1|60={}|{fields}", now());
            peer.send(msg_type, &fields).await;
            let expected =
                format!("11={used}|{live}|102=6|58=ClOrdID (11): this ClOrdID was used today");
            peer.expect("9", &expected).await;
        }
    }
    // What is said rightly is done, and the ClOrdID is used up; the refused ones were not.
    let cancel = format!("11=r1|41=a|55=ACME|54=1|60={}|38=10|37={order_id}", now());
    peer.send("F", &cancel).await;
    peer.expect("8", "150=4|39=4|11=r1|41=a").await;
    peer.limit("r1", '1', "1", "1").await;
    peer.expect("8", "150=8|103=6|11=r1").await;
    let late = format!("11=r2|41=a|55=ACME|54=1|60={}|38=10|40=2", now());
    peer.send("G", &late).await;
    let expected = format!("11=r2|37={order_id}|39=4|102=0");
    peer.expect("9", &expected).await;
    let unknown = format!("11=r3|41=nobody|55=NOPE|54=1|60={}|38=10", now());
    peer.send("F", &unknown).await;
    peer.expect(
        "9",
        "11=r3|37=NONE|39=8|102=1|58=OrigClOrdID (41): unknown order",
    )
    .await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_request_that_means_nothing_is_answered_in_kind() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    peer.rest("a", '1', "10", "99").await;
    let nothing = "150=I|39=8|37=NONE|151=0|14=0|6=0";
    let one = [
        (
            "11=a|55=NOPE|54=1|790=q",
            "11=a|790=q|55=NOPE|103=1|58=Symbol (55): unknown symbol",
        ),
        ("11=a|54=1", "11=a|103=1|58=Symbol (55): required here|790!"),
        ("11=b|55=ACME|54=1", "11=b|103=5|58=unknown order"),
    ];
    for (fields, expected) in one {
        peer.send("H", fields).await;
        peer.expect("8", &format!("{nothing}|{expected}")).await;
    }
    let mass = [
        (
            "584=m1|585=3",
            "584=m1|58=MassStatusReqType (585): not supported by this venue",
        ),
        ("584=m2|585=1", "584=m2|58=Symbol (55): required here"),
        (
            "584=m3|585=1|55=NOPE",
            "584=m3|55=NOPE|58=Symbol (55): unknown symbol",
        ),
    ];
    for (fields, expected) in mass {
        peer.send("AF", fields).await;
        peer.expect("8", &format!("{nothing}|{expected}|911=0|912=Y"))
            .await;
    }
    venue.close().await;
}

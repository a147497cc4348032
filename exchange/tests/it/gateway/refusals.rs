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
        ("55=ACME|54=5|38=1|40=2|44=1", "103=11"),
        ("55=ACME|54=1|38=1|40=3|99=1", "103=11"),
        ("55=ACME|54=1|38=1|40=2|44=1|59=6", "103=11"),
        ("55=ACME|54=1|38=1|40=2|44=1|18=G", "103=11"),
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

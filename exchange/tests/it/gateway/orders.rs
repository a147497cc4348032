//! Orders from D to the last report.

use crate::kit;
use crate::venue::{Venue, check, now};
use market::command::Command;
use market::fees::Fees;
use market::halt::Halt;
use market::money::Money;
use market::risk::limits::{RiskLimit, Subject};
use market::scope::Instruments;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_peers_trade_and_both_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut seller = venue.peer("BOT01").await;
    let mut buyer = venue.peer("BOT02").await;
    let order_id = seller.rest("s1", '2', "10", "100.5").await;
    buyer.limit("b1", '1', "4", "101").await;
    let accepted = buyer
        .expect(
            "8",
            "150=0|39=0|11=b1|1=A2|55=ACME|54=1|38=4|40=2|44=101|59=0|151=4",
        )
        .await;
    assert!(accepted.has(60) && accepted.has(17) && accepted.has(37));
    let bought = buyer
        .expect(
            "8",
            "150=F|39=2|11=b1|31=100.5|32=4|14=4|151=0|6=100.5|851=2",
        )
        .await;
    let fields = format!("150=F|39=1|11=s1|37={order_id}|31=100.5|32=4|14=4|151=6|6=100.5|851=1");
    let sold = seller.expect("8", &fields).await;
    assert_eq!(
        bought.text(527),
        sold.text(527),
        "both sides share the trade id"
    );
    assert_ne!(bought.text(17), sold.text(17), "ExecID is unique");
    buyer.limit("b2", '1', "6", "100.5").await;
    buyer.expect("8", "150=0|11=b2").await;
    buyer.expect("8", "150=F|39=2|11=b2|14=6|151=0").await;
    seller
        .expect("8", "150=F|39=2|11=s1|14=10|151=0|6=100.5")
        .await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trade_tells_each_side_its_fee() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let account = venue.hub.directory.account_by_name("A2".parse().unwrap());
    let acme = venue.hub.directory.instrument_by_symbol("ACME").unwrap();
    let fees = Fees {
        maker_ppm: -20,
        taker_ppm: 30,
        minimum: Money::ZERO,
    };
    let account = account.unwrap();
    kit::run(&venue.hub, Command::SetFeeAccount { account }).await;
    let set = Command::SetFees {
        instrument: acme.id,
        tier: 0,
        fees,
    };
    kit::run(&venue.hub, set).await;
    let mut seller = venue.peer("BOT01").await;
    let mut buyer = venue.peer("BOT02").await;
    seller.rest("s1", '2', "10", "100.5").await;
    buyer.limit("b1", '1', "4", "101").await;
    buyer.expect("8", "150=0|11=b1|136!").await;
    buyer
        .expect("8", "150=F|11=b1|136=1|137=0.01206|138=USD|139=4")
        .await;
    seller
        .expect("8", "150=F|11=s1|136=1|137=-0.00804|138=USD|139=4")
        .await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_short_sale_is_marked_and_needs_a_permission() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let account = venue.hub.directory.account_by_name("A1".parse().unwrap());
    let account = account.unwrap();
    let mut peer = venue.peer("BOT01").await;
    peer.limit("s1", '5', "1", "100").await;
    peer.expect(
        "8",
        "150=8|11=s1|54=5|103=0|58=the account may not sell short",
    )
    .await;
    let allowed = RiskLimit::ShortSales {
        account,
        is_allowed: true,
    };
    kit::run(&venue.hub, Command::SetRiskLimit(allowed)).await;
    peer.limit("s2", '5', "1", "100").await;
    peer.expect("8", "150=0|11=s2|54=5|151=1").await;
    let locating = format!("11=s3|55=ACME|54=5|114=Y|60={}|38=1|40=2|44=100", now());
    peer.send("D", &locating).await;
    peer.expect("8", "150=8|11=s3|103=11").await;
    let restricted = RiskLimit::Restricted {
        subject: Subject::Account(account),
        instrument: venue.hub.directory.instrument_by_symbol("ACME").unwrap().id,
        is_restricted: true,
    };
    kit::run(&venue.hub, Command::SetRiskLimit(restricted)).await;
    let replace = format!("11=s4|41=s2|55=ACME|54=5|60={}|38=1|40=2|44=101", now());
    peer.send("G", &replace).await;
    peer.expect("9", "11=s4|41=s2|434=2|102=2|39=0").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_replaced_and_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    let order_id = peer.rest("a", '1', "10", "99").await;
    let replace = format!("11=b|41=a|55=ACME|54=1|60={}|38=12|40=2|44=98.5", now());
    peer.send("G", &replace).await;
    let fields = format!("150=5|39=0|11=b|41=a|37={order_id}|38=12|44=98.5|151=12|14=0");
    peer.expect("8", &fields).await;
    let cancel = format!("11=c|41=b|55=ACME|54=1|60={}|38=12", now());
    peer.send("F", &cancel).await;
    peer.expect("8", "150=4|39=4|11=c|41=b|151=0|14=0").await;
    let late = format!("11=d|41=b|55=ACME|54=1|60={}|38=12", now());
    peer.send("F", &late).await;
    peer.expect("9", "11=d|41=b|434=1|102=0|39=4").await;
    let unknown = format!("11=e|41=nobody|55=ACME|54=1|60={}|38=12", now());
    peer.send("F", &unknown).await;
    peer.expect("9", "11=e|41=nobody|434=1|102=1|39=8|37=NONE")
        .await;
    let unknown = format!("11=f|41=nobody|55=ACME|54=1|60={}|38=12|40=2|44=98", now());
    peer.send("G", &unknown).await;
    peer.expect("9", "11=f|434=2|102=1|39=8|37=NONE").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_rest_is_cancelled_unsolicited() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut maker = venue.peer("BOT01").await;
    let mut taker = venue.peer("BOT02").await;
    maker.rest("m", '2', "5", "100").await;
    // A market order with TimeInForce Day trades at once and never rests.
    let market = format!("11=mk|55=ACME|54=1|60={}|38=8|40=1|59=0", now());
    taker.send("D", &market).await;
    taker.expect("8", "150=0|11=mk|40=1|59=0").await;
    taker.expect("8", "150=F|39=1|14=5|151=3").await;
    taker
        .expect("8", "150=4|39=4|11=mk|41!|14=5|151=0|378=8")
        .await;
    let fok = format!("11=fok|55=ACME|54=1|60={}|38=8|40=2|44=100|59=4", now());
    taker.send("D", &fok).await;
    taker.expect("8", "150=0|11=fok|59=4").await;
    taker.expect("8", "150=4|39=4|11=fok|14=0|151=0").await;
    maker.expect("8", "150=F|39=2|11=m").await;
    maker.rest("m2", '2', "5", "100").await;
    let post = format!("11=po|55=ACME|54=1|60={}|38=5|40=2|44=100|18=6", now());
    taker.send("D", &post).await;
    taker.expect("8", "150=0|11=po|18=6").await;
    taker.expect("8", "150=4|39=4|11=po|14=0").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_and_mass_requests_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    peer.rest("a", '1', "10", "99").await;
    peer.rest("b", '1', "20", "98").await;
    peer.send("H", "11=a|55=ACME|54=1|790=q1").await;
    peer.expect("8", "150=I|39=0|11=a|790=q1|38=10|151=10")
        .await;
    peer.send("H", "11=zz|55=ACME|54=1").await;
    peer.expect("8", "150=I|39=8|11=zz|37=NONE|55=ACME").await;
    peer.send("AF", "584=m1|585=7").await;
    peer.expect("8", "150=I|584=m1|911=2|912=N").await;
    peer.expect("8", "150=I|584=m1|911=2|912=Y").await;
    let cancel = format!("11=q1|530=7|60={}", now());
    peer.send("q", &cancel).await;
    let first = peer.expect("8", "150=4|39=4|41!|151=0").await;
    let second = peer.expect("8", "150=4|39=4|41!|151=0").await;
    assert_ne!(first.text(11), second.text(11));
    peer.expect("r", "11=q1|530=7|531=7|533=2").await;
    peer.send("AF", "584=m2|585=7").await;
    peer.expect("8", "150=I|39=8|37=NONE|584=m2|912=Y").await;
    let cancel = format!("11=q2|530=5|60={}", now());
    peer.send("q", &cancel).await;
    peer.expect("r", "11=q2|530=5|531=0|532=0").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_mass_status_request_at_a_time_is_answered() {
    const REQUESTS: usize = 300;
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    for n in 0..20 {
        peer.rest(&format!("o{n}"), '1', "1", "1").await;
    }
    for n in 0..REQUESTS {
        peer.send("AF", &format!("584=m{n}|585=7")).await;
    }
    let (mut answered, mut refused) = (0, 0);
    while answered + refused < REQUESTS {
        let message = peer.next().await;
        if message.msg_type() == "j" {
            check(&message, "j", "372=AF|380=0");
            refused += 1;
        } else {
            check(&message, "8", "150=I|911=20");
            answered += usize::from(message.text(912) == Some("Y"));
        }
    }
    assert!(answered >= 1, "the first is answered");
    assert!(refused >= 1, "not all of {REQUESTS} at once");
    // Once an answer is whole, the next request is taken.
    for n in 0..20 {
        peer.send("AF", &format!("584=again{n}|585=7")).await;
        for _ in 0..20 {
            peer.expect("8", &format!("150=I|584=again{n}")).await;
        }
    }
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_possible_resend_is_never_a_second_order() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    let order_id = peer.rest("a", '1', "10", "99").await;
    peer.limit("a", '1', "10", "99").await;
    peer.expect("8", "150=8|39=8|11=a|103=6|151=0").await;
    let again = format!("97=Y|11=a|55=ACME|54=1|60={}|38=10|40=2|44=99", now());
    peer.send("D", &again).await;
    let fields = format!("150=I|39=0|11=a|37={order_id}|151=10");
    peer.expect("8", &fields).await;
    let new = format!("97=Y|11=n|55=ACME|54=1|60={}|38=10|40=2|44=99", now());
    peer.send("D", &new).await;
    peer.expect("8", "150=0|39=0|11=n|151=10").await;
    // A ClOrdID that names no order any more makes none either, and is not called unknown.
    let replace = format!("11=o|41=n|55=ACME|54=1|60={}|38=8|40=2|44=99", now());
    peer.send("G", &replace).await;
    peer.expect("8", "150=5|39=0|11=o|41=n|151=8").await;
    peer.send("D", &new).await;
    let text = "ClOrdID (11): this ClOrdID was used today: its order was replaced or has long been final, or it was a cancel's";
    let stale = format!("150=I|39=8|11=n|37=NONE|103=6|55=ACME|151=0|58={text}");
    peer.expect("8", &stale).await;
    let cancel = format!("11=p|41=o|55=ACME|54=1|60={}", now());
    peer.send("F", &cancel).await;
    peer.expect("8", "150=4|39=4|11=p|41=o").await;
    peer.send("D", &new.replace("11=n", "11=p")).await;
    peer.expect("8", &stale.replace("11=n", "11=p")).await;
    // An order that lives is told in a halt, too, which takes none.
    let acme = venue.hub.directory.instrument_by_symbol("ACME").unwrap().id;
    let reason = "news pending".parse().unwrap();
    let halt = Halt::new(Instruments::One(acme), reason);
    kit::run(&venue.hub, Command::Halt(halt)).await;
    peer.send("D", &again).await;
    peer.expect("8", &fields).await;
    peer.send("D", &new.replace("11=n", "11=m")).await;
    peer.expect("8", "150=8|39=8|11=m|103=2").await;
    venue.close().await;
}

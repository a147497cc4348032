//! An account on margin, from its opening over the control port to the closing of its position: who trades for it is told over FIX, and the
//! bus tells it too.

use crate::caller::Caller;
use crate::venue::{Peer, Venue};
use exchange::bus::local::LocalBus;
use market::control::path;
use market::topic::{Topic, TopicEvent};

/// A limit order in ACME for an account.
async fn enter(peer: &mut Peer, (id, account): (&str, &str), side: char, qty: &str, price: &str) {
    let order = format!("11={id}|1={account}|54={side}|38={qty}|40=2|44={price}");
    peer.enter(&order).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_not_met_closes_the_position_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let operator = Caller::new(&venue, "operator");
    for (path, body) in [
        (
            path::ACCOUNTS,
            r#"{"account":"M1","margin":{"initial_bps":5000,"maintenance_bps":4000,"grace_nanos":1000000000}}"#,
        ),
        (
            path::TRANSFERS,
            r#"{"transfer_id":"t1","account":"M1","asset":"USD","amount":"600"}"#,
        ),
        ("/v1/sessions/BOT01/change", r#"{"add_accounts":["M1"]}"#),
    ] {
        let _: serde_json::Value = operator.post(path, body).await;
    }
    let mut bot = venue.peer("BOT01").await;
    let mut other = venue.peer("BOT02").await;
    other.rest("s", '2', "10", "100").await;
    enter(&mut bot, ("b", "M1"), '1', "10", "100").await;
    bot.expect("8", "150=0|11=b|1=M1").await;
    bot.expect("8", "150=F|11=b|39=2").await;
    other.expect("8", "150=F|11=s").await;
    // Ten shares that are worth 60 each now, 400 owed: equity 200, and 40 % of 600 is needed.
    other.rest("d", '1', "11", "60").await;
    enter(&mut bot, ("e", "A1"), '2', "1", "60").await;
    bot.expect("8", "150=0|11=e").await;
    bot.expect("8", "150=F|11=e").await;
    other.expect("8", "150=F|11=d").await;
    let called = bot.expect("AX", "895=3|1=M1|15=USD|899=-40|900=200").await;
    let (until, at) = (called.text(126).unwrap(), called.text(60).unwrap());
    assert!(until > at && !called.text(894).unwrap().is_empty());

    let why = "the venue closes a position: the margin call of its account was not met";
    let told = format!("11=FORCED-1|1=M1|54=2|38=10|58={why}");
    bot.expect("8", &format!("150=0|{told}")).await;
    bot.expect("8", &format!("150=F|39=2|31=60|{told}")).await;
    other.expect("8", "150=F|11=d|39=2").await;
    bot.expect("BA", "910=3|1=M1|15=USD|899=200|900=200").await;

    let mut bus = LocalBus::new(&venue.hub).subscribe(0);
    let mut at_risk = Vec::new();
    while bus.position() < venue.hub.feed.last_seq() {
        let told = bus.next().await.unwrap();
        let told = told.into_iter().map(|envelope| envelope.event);
        at_risk.extend(told.filter(|event| event.topic() == Topic::RiskEvents));
    }
    let [
        TopicEvent::MarginCall { equity, .. },
        TopicEvent::ForcedClose { cl_ord_id, .. },
        TopicEvent::MarginCallMet { account, .. },
    ] = at_risk.as_slice()
    else {
        panic!("{at_risk:?}");
    };
    assert_eq!(
        (
            equity.to_string().as_str(),
            cl_ord_id.as_str(),
            account.as_str()
        ),
        ("200", "FORCED-1", "M1")
    );
    venue.close().await;
}

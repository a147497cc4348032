//! What a client and the venue have to say to each other, in pieces that work with every engine. In: clients that are logged on.
//! Out: nothing, or a panic that shows what came instead. The pieces of one client may follow each other in any order, once each.

use crate::message::Message;
use crate::quickfix::Client;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

/// New, partly filled, filled; cancelled; refused by the market and by the session.
pub(crate) fn trade(buyer: &mut Client, seller: &mut Client) {
    fill(buyer, seller);
    cancel(buyer);
    refuse(buyer);
}

fn fill(buyer: &mut Client, seller: &mut Client) {
    buyer.order("b1", "1", "100", "100.25", &[]);
    let new = buyer.report("b1", "0");
    new.assert(&[(39, "0"), (14, "0"), (151, "100"), (44, "100.25")]);
    sell(seller, "40", "100");
    let part = buyer.report("b1", "F");
    part.assert(&[(39, "1"), (31, "100.25"), (32, "40"), (151, "60")]);
    sell(seller, "60", "100.25");
    let filled = buyer.report("b1", "F");
    filled.assert(&[(39, "2"), (32, "60"), (14, "100"), (151, "0")]);
    filled.assert(&[(37, new.get(37))]);
}

/// Cancelled; and a cancel that comes too late.
fn cancel(buyer: &mut Client) {
    buyer.order("c1", "1", "10", "90", &[]);
    buyer.report("c1", "0");
    for id in ["c2", "c3"] {
        let fields = [(11, id), (41, "c1"), (55, "ACME"), (54, "1"), (60, "$now")];
        buyer.send("F", &[&fields[..], &[(38, "10")]].concat());
    }
    let canceled = buyer.report("c2", "4");
    canceled.assert(&[(39, "4"), (41, "c1"), (151, "0")]);
    buyer.message(&[(35, "9"), (11, "c3"), (41, "c1"), (434, "1")]);
}

fn refuse(buyer: &mut Client) {
    buyer.order("tick", "1", "10", "100.001", &[]);
    let report = buyer.report("tick", "8");
    report.assert(&[(39, "8"), (151, "0")]);
    assert!(report.get(58).contains("Price"), "{report:?}");
    buyer.order("no side", "1", "10", "100", &[(54, "")]);
    let reject = buyer.event("a Reject", |e| e["event"] == "session_reject");
    text(&reject).assert(&[(35, "3"), (371, "54"), (372, "D"), (373, "1")]);
}

/// Orders that a client sends while it is away: the venue sees that they are missing from the number of the next Logon, and
/// asks for them.
pub(crate) fn orders_sent_while_away(client: &mut Client) {
    log_out(client);
    let ids = ["a1", "a2", "a3"];
    for id in ids {
        client.order(id, "1", "1", "50", &[]);
        client.event("that it waits", |e| e["op"] == "send" && e["now"] == false);
    }
    log_in(client);
    admin(client, &[(35, "2")]);
    for id in ids {
        sent(client, &[(35, "D"), (11, id), (43, "Y")]);
        client.report(id, "0");
    }
    in_step(client, "after a1 to a3");
    assert_eq!(reports(client), Vec::<Message>::new());
}

/// Numbers that a client never used: it fills the gap when asked, and what came behind it is taken.
pub(crate) fn numbers_never_used(client: &mut Client) {
    client.tell(&json!({ "op": "numbers" }));
    let numbers = client.event("the numbers", |e| e["op"] == "numbers");
    let next = numbers["next_sender"].as_u64().expect("a number");
    client.tell(&json!({ "op": "next_sender", "n": next + 7 }));
    client.order("ahead", "1", "1", "50", &[]);
    admin(client, &[(35, "2"), (7, &next.to_string())]);
    sent(client, &[(35, "4"), (123, "Y")]);
    client.report("ahead", "0");
    in_step(client, "after ahead");
    assert_eq!(reports(client), Vec::<Message>::new());
}

/// What happens to an order while its client is away, the client asks for when it comes back. Then it forgets everything and
/// asks for everything: reports come again, session messages are gap-filled.
pub(crate) fn fills_while_away(buyer: &mut Client, seller: &mut Client) {
    let sizes = ["2", "4", "6"];
    buyer.order("g1", "1", "6", "100", &[]);
    buyer.report("g1", "0");
    log_out(buyer);
    for _ in sizes {
        sell(seller, "2", "100");
    }
    log_in(buyer);
    for cum_qty in sizes {
        let fill = buyer.report("g1", "F");
        fill.assert(&[(43, "Y"), (14, cum_qty), (32, "2")]);
        assert!(fill.get(122) <= fill.get(52), "OrigSendingTime: {fill:?}");
    }
    sent(buyer, &[(35, "2")]);
    assert_eq!(reports(buyer), Vec::<Message>::new());
    // It forgets while it is away: an engine counts a message only after it has told of it.
    log_out(buyer);
    buyer.tell(&json!({ "op": "next_target", "n": 1 }));
    log_in(buyer);
    sent(buyer, &[(35, "2"), (7, "1")]);
    admin(buyer, &[(35, "4"), (123, "Y"), (43, "Y"), (34, "1")]);
    buyer.report("g1", "0").assert(&[(43, "Y"), (14, "0")]);
    for cum_qty in sizes {
        let fill = buyer.report("g1", "F");
        fill.assert(&[(43, "Y"), (14, cum_qty)]);
    }
    in_step(buyer, "after g1");
}

/// A client that was started with `--reset`: both sides begin at 1.
pub(crate) fn logged_on_anew(client: &mut Client, id: &str) {
    client.logged_on();
    sent(client, &[(35, "A"), (34, "1"), (141, "Y")]);
    admin(client, &[(35, "A"), (34, "1"), (141, "Y")]);
    client.order(id, "1", "1", "50", &[]);
    let report = client.report(id, "0");
    assert_eq!(report.get(34), "2", "the first message behind the Logon");
}

/// Logs out and stays away.
pub(crate) fn log_out(client: &mut Client) {
    client.tell(&json!({ "op": "logout" }));
    ended(client);
}

/// Comes back after a logout.
pub(crate) fn log_in(client: &mut Client) {
    client.tell(&json!({ "op": "login" }));
    client.logged_on();
}

/// Waits for the end of the session.
pub(crate) fn ended(client: &mut Client) -> Value {
    client.event("the end of the session", |e| e["event"] == "logout")
}

/// Waits until no gap is left: only then an engine takes a live message.
fn in_step(client: &mut Client, id: &str) {
    client.order(id, "1", "1", "50", &[]);
    assert_eq!(client.report(id, "0").find(43), None);
}

/// A sell order that is filled at once, under an id of its own.
fn sell(seller: &mut Client, qty: &str, price: &str) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let id = format!("sell-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    seller.order(&id, "2", qty, price, &[]);
    let report = seller.report(&id, "F");
    report.assert(&[(39, "2"), (14, qty)]);
}

/// Waits for a session message of the venue.
fn admin(client: &mut Client, fields: &[(u32, &str)]) {
    said(client, "admin", fields);
}

/// Waits until the client has sent this.
fn sent(client: &mut Client, fields: &[(u32, &str)]) {
    said(client, "sent", fields);
}

fn said(client: &mut Client, event: &str, fields: &[(u32, &str)]) {
    let what = format!("{event} {fields:?}");
    client.event(&what, |e| e["event"] == event && text(e).has(fields));
}

fn text(event: &Value) -> Message {
    Message::of(event["msg"].as_str().expect("a message"))
}

/// Reports that came and that nobody waited for.
fn reports(client: &mut Client) -> Vec<Message> {
    let mut all = client.unread();
    all.retain(|m| m.has(&[(35, "8")]));
    all
}

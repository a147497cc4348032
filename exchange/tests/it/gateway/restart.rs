//! The venue ends, in good order or not, and starts again: numbers go on, reports are there, none twice.

use crate::venue::{Peer, Venue, body, now, until};
use fix_engine::io::file_store::FileStore;
use journal::entry::{Instruction, Origin};
use market::command::Command;
use market::order::{OrdType, OrderTerms, Side, TimeInForce};

async fn reconnect(peer: &mut Peer, venue: &Venue) {
    peer.0.set_target(venue.target());
    peer.connect().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_and_reports_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut venue = Venue::open(folder.path()).await;
    let mut seller = venue.peer("BOT01").await;
    let mut buyer = venue.peer("BOT02").await;
    for round in 0..4 {
        let (s, b) = (format!("s{round}"), format!("b{round}"));
        seller.rest(&s, '2', "3", "100").await;
        // The seller is away while it trades.
        seller.0.abandon();
        buyer.limit(&b, '1', "3", "100").await;
        buyer.expect("8", &format!("150=0|11={b}")).await;
        buyer.expect("8", &format!("150=F|11={b}|39=2")).await;
        let next_out = (seller.0.session().next_out(), buyer.0.session().next_out());
        if round % 2 == 0 {
            venue.kill();
        } else {
            venue.close().await;
        }
        buyer.0.abandon();
        venue = Venue::open(folder.path()).await;
        reconnect(&mut seller, &venue).await;
        reconnect(&mut buyer, &venue).await;
        assert!(seller.0.session().next_out() >= next_out.0);
        seller.expect("8", &format!("150=F|11={s}|39=2|32=3")).await;
        // The next thing that comes is new: nothing was told twice.
        let fresh = format!("f{round}");
        seller.rest(&fresh, '2', "1", "200").await;
        buyer.rest(&fresh, '1', "1", "1").await;
    }
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_that_was_never_stored_is_made_from_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    peer.rest("a", '1', "1", "99").await;
    let fields = format!("11=lost|55=ACME|54=1|60={}|38=1|40=2|44=98", now());
    let number = peer.0.enqueue(body("D", &fields)).unwrap();
    peer.0.abandon();
    // The doors are gone; the order that they had handed in becomes an entry all the same.
    let (hub, running) = venue.without_doors();
    let store = folder.path().join("sessions/BOT01.log");
    until("the session's store is free", || {
        FileStore::open(&store).is_ok()
    })
    .await;
    let record = hub
        .directory
        .participant_by_comp_id("BOT01".parse().unwrap())
        .unwrap();
    let command = Command::Enter {
        participant: record.id,
        cl_ord_id: "lost".parse().unwrap(),
        terms: OrderTerms {
            account: record.accounts[0],
            instrument: hub.directory.instrument_by_symbol("ACME").unwrap().id,
            side: Side::Buy,
            ord_type: OrdType::Limit("98".parse().unwrap()),
            time_in_force: TimeInForce::Day,
            order_qty: "1".parse().unwrap(),
            post_only: false,
            max_floor: None,
            all_or_none: false,
            min_qty: None,
            short_sale: false,
            reprice_to_band: false,
        },
    };
    let origin = Origin::Session {
        participant: record.id,
        incarnation: 1,
        msg_seq_num: number,
    };
    hub.submitter
        .call(origin, Instruction::Market(command))
        .await
        .unwrap();
    running.shut_down().unwrap();

    let venue = Venue::open(folder.path()).await;
    let statuses = venue.gateway.roster().statuses();
    let status = statuses
        .iter()
        .find(|one| one.comp_id.as_str() == "BOT01")
        .unwrap();
    assert_eq!(
        status.next_in,
        number + 1,
        "what the journal has is not asked for again"
    );
    reconnect(&mut peer, &venue).await;
    peer.expect("8", "150=0|11=lost|39=0").await;
    peer.rest("b", '1', "1", "97").await;
    venue.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_reset_old_reports_stay_away() {
    let folder = tempfile::tempdir().unwrap();
    let venue = Venue::open(folder.path()).await;
    let mut peer = venue.peer("BOT01").await;
    peer.rest("a", '1', "1", "99").await;
    peer.0.logout().await.unwrap();
    let mut config = Peer::config("BOT01");
    config.reset_seq_num_flag = true;
    let mut anew = Peer(fix_engine::io::client::Client::new(venue.target(), config));
    anew.connect().await;
    anew.0.abandon();
    venue.kill();
    let venue = Venue::open(folder.path()).await;
    let mut config = Peer::config("BOT01");
    config.reset_seq_num_flag = true;
    let mut anew = Peer(fix_engine::io::client::Client::new(venue.target(), config));
    anew.connect().await;
    anew.rest("b", '1', "1", "99").await;
    venue.close().await;
}

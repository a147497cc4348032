//! A whole run as others see it on the wire: `dumpcap` records the plain port while every engine goes through every conversation;
//! `tshark`, whose FIX we did not write either, reads the record.

use crate::conversation;
use crate::engine::Engine;
use crate::harness::{Venue, ends, provided, wait_for};
use crate::quickfix::{Client, Login};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What the venue says last, to each client.
const LAST_WORDS: &[u8] = b"58=the venue is closing\x01";
/// The types that such a run cannot do without: session messages, orders and what they are answered.
const TYPES: [&str; 9] = ["2", "3", "4", "5", "8", "9", "A", "D", "F"];

#[test]
fn tshark_finds_no_fault_in_a_whole_run() {
    let dir = tempfile::tempdir().unwrap();
    let venue = Venue::start(dir.path());
    let address = venue.at("/fix/plain").to_owned();
    let (_, port) = address.rsplit_once(':').unwrap();
    let capture = Capture::start(dir.path(), port);
    let mut clients = vec![Client::log_on(&venue, dir.path(), "BOT04")];
    for (engine, comp_id) in [
        (Engine::QuickFix, "BOT01"),
        (Engine::QuickFixJ, "BOT02"),
        (Engine::QuickFixGo, "BOT03"),
    ] {
        let login = Login::plain(&venue, dir.path(), comp_id).engine(engine);
        let client = everything(&venue, &login, comp_id, &mut clients[0]);
        clients.push(client);
    }
    assert!(venue.stop().success());
    for client in &mut clients {
        conversation::ended(client);
    }
    let file = capture.end(clients.len());
    let packets = read(&file, port);
    let types: BTreeSet<&str> = packets.iter().flat_map(|p| p.types()).collect();
    assert!(types.is_superset(&TYPES.into()), "{types:?}");
    let faults: Vec<&Packet> = packets.iter().filter(|p| p.is_faulty()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    // A fault would be seen: one digit of one CheckSum (10) is enough.
    let mut bytes = fs::read(&file).unwrap();
    let at = bytes.windows(4).rposition(|w| w == b"\x0110=").unwrap() + 4;
    bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
    fs::write(&file, bytes).unwrap();
    let faults = read(&file, port).iter().filter(|p| p.is_faulty()).count();
    assert_eq!(faults, 1);
}

/// All conversations of one engine; it stays logged on.
fn everything(venue: &Venue, login: &Login, comp_id: &str, seller: &mut Client) -> Client {
    let mut client = Client::start(login).trading_for(venue, comp_id);
    client.logged_on();
    conversation::trade(&mut client, seller);
    conversation::orders_sent_while_away(&mut client);
    conversation::numbers_never_used(&mut client);
    conversation::fills_while_away(&mut client, seller);
    client.quit();
    let anew = login.clone().more(&["--reset"]);
    let mut client = Client::start(&anew).trading_for(venue, comp_id);
    conversation::logged_on_anew(&mut client, "anew");
    client
}

/// A running `dumpcap`; ended when dropped.
struct Capture {
    child: Child,
    file: PathBuf,
}

impl Capture {
    /// Records a port of the loopback interface, from now on.
    fn start(folder: &Path, port: &str) -> Self {
        let (file, log) = (folder.join("run.pcapng"), folder.join("dumpcap.log"));
        let mut child = Command::new(provided("LOGGIA_TEST_DUMPCAP"))
            .args(["-q", "-i", "lo", "-f", &format!("tcp port {port}"), "-w"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        wait_for("dumpcap to open its file", || {
            let said = fs::read_to_string(&log).unwrap();
            if let Some(status) = child.try_wait().unwrap() {
                panic!("dumpcap may not record the loopback interface ({status}): {said}");
            }
            said.contains("File: ").then_some(())
        });
        Self { child, file }
    }

    /// Waits until the venue's last words to so many clients are recorded, and gives the file.
    fn end(mut self, clients: usize) -> PathBuf {
        wait_for("the end of the run in the record", || {
            let bytes = fs::read(&self.file).unwrap();
            let said = bytes.windows(LAST_WORDS.len());
            (said.filter(|w| *w == LAST_WORDS).count() >= clients).then_some(())
        });
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-INT", &pid]).status().unwrap();
        assert!(told.success());
        wait_for("dumpcap's end", || self.child.try_wait().unwrap());
        self.file.clone()
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `tshark` says of a packet with FIX in it, or with a fault: a line of `FIELDS`.
#[derive(Debug)]
struct Packet(String);

const FIELDS: [&str; 6] = [
    "frame.number",
    "fix.MsgType",
    "fix.checksum_good",
    "fix.checksum_bad",
    "_ws.malformed",
    "tcp.analysis.lost_segment",
];

impl Packet {
    fn field(&self, name: &str) -> &str {
        let at = FIELDS.iter().position(|field| *field == name).unwrap();
        self.0.split('\t').nth(at).unwrap()
    }

    fn types(&self) -> impl Iterator<Item = &str> {
        let all = self.field("fix.MsgType").split(',');
        all.filter(|msg_type| !msg_type.is_empty())
    }

    /// Malformed, behind a hole in the record, or without a good checksum for each message.
    fn is_faulty(&self) -> bool {
        let good = self.field("fix.checksum_good").split(',');
        good.filter(|is_good| *is_good == "1").count() != self.types().count()
            || self.field("fix.checksum_bad").contains('1')
            || !self.field("_ws.malformed").is_empty()
            || !self.field("tcp.analysis.lost_segment").is_empty()
    }
}

fn read(file: &Path, port: &str) -> Vec<Packet> {
    let mut tshark = Command::new(provided("LOGGIA_TEST_TSHARK"));
    tshark.arg("-r").arg(file);
    tshark.args(["-d", &format!("tcp.port=={port},fix"), "-T", "fields"]);
    tshark.args(["-Y", "fix || _ws.malformed || tcp.analysis.lost_segment"]);
    tshark.args(FIELDS.iter().flat_map(|field| ["-e", field]));
    let said = ends(tshark);
    assert_eq!(said.code, Some(0), "{said:?}");
    said.out.lines().map(|l| Packet(l.to_owned())).collect()
}

//! The examples run: the initiator trades with the acceptor, over a free port. And the guide names every switch there is.

#[path = "../../examples/acceptor.rs"]
#[allow(dead_code, unreachable_pub)]
mod acceptor;
#[path = "../../examples/initiator.rs"]
#[allow(dead_code, unreachable_pub)]
mod initiator;

use std::time::Duration;

use fix_engine::io::target::Target;
use fix_engine::{msg_type, tag};
use tokio::time::timeout;

#[tokio::test]
async fn the_initiator_trades_with_the_acceptor() {
    let folder = tempfile::TempDir::new().unwrap();
    let acceptor = acceptor::open("EXEC", "TW", "secret", folder.path()).unwrap();
    let address = acceptor.listen("127.0.0.1:0").await.unwrap();
    // twice: the second run begins at 1 again, the acceptor's file does too
    for _ in 0..2 {
        let trading = initiator::trade("TW", "EXEC", "secret", vec![Target::plain(address)]);
        let report = timeout(Duration::from_secs(20), trading)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(report.msg_type(), msg_type::EXECUTION_REPORT);
        assert_eq!(report.text(tag::CL_ORD_ID), Some("ORDER1"));
        assert_eq!(report.text(tag::LAST_PX), Some("101.25"));
        assert_eq!(report.text(tag::CUM_QTY), Some("100"));
    }
    timeout(Duration::from_secs(20), acceptor.stop("the end"))
        .await
        .unwrap();
}

#[test]
fn the_guide_names_every_switch() {
    let guide = include_str!("../../../docs/fix-engine.md");
    let (config, rules) = (
        include_str!("../../src/session/config.rs"),
        include_str!("../../src/dictionary/rules.rs"),
    );
    let fields = config.lines().chain(rules.lines()).filter_map(|line| {
        let (name, _) = line.strip_prefix("    pub ")?.split_once(": ")?;
        name.chars()
            .all(|letter| letter.is_ascii_lowercase() || letter == '_')
            .then_some(name)
    });
    let fields: Vec<&str> = fields.collect();
    assert!(fields.len() > 40, "{fields:?}");
    for field in fields {
        assert!(
            guide.contains(&format!("`{field}`")),
            "the guide does not name {field}"
        );
    }
}

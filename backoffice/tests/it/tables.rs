//! The tables that the consumer writes, as text, to compare two databases.

use backoffice::db::Db;

/// Every row of every table that events write, in order.
pub(crate) async fn dump(db: &Db) -> Vec<String> {
    let mut tx = db.read().await.unwrap();
    let mut lines = Vec::new();
    macro_rules! table {
        ($name:literal, $row:ty, $sql:literal) => {
            let rows: Vec<$row> = tx.q($sql).all().await.unwrap();
            lines.extend(rows.iter().map(|row| format!("{} {row:?}", $name)));
        };
    }
    table!(
        "ledger",
        (String, String, i64),
        "SELECT name, kind, balance FROM ledger_accounts ORDER BY name"
    );
    table!(
        "posting",
        (String, i64, String, String, i64, i64),
        "SELECT transaction_key, line, source, target, amount, at_us FROM postings ORDER BY transaction_key, line"
    );
    table!(
        "account",
        (String, String, i64),
        "SELECT name, state, created_us FROM accounts ORDER BY name"
    );
    table!(
        "position",
        (String, String, i64, i64, i64),
        "SELECT account, symbol, qty, cost, realized FROM positions ORDER BY account, symbol"
    );
    table!(
        "change",
        (String, String, i64, i64, i64, i64, i64, i64, i64, i64),
        "SELECT account, symbol, seq, idx, leg, qty, cash, qty_after, cost_after, realized_after FROM position_changes ORDER BY account, symbol, seq, idx, leg"
    );
    table!(
        "order",
        (
            i64,
            String,
            Option<i64>,
            String,
            i64,
            i64,
            i64,
            i64,
            i64,
            i64
        ),
        "SELECT order_id, cl_ord_id, price, ord_status, cum_qty, leaves_qty, reserved, state_seq, terms_seq, held_seq FROM orders ORDER BY order_id"
    );
    table!(
        "trade",
        (String, i64, i64, i64, i64, String, i64, i64, i64, String),
        "SELECT account, seq, idx, leg, trade_id, side, price, qty, notional, trace_id FROM trades ORDER BY account, seq, idx, leg"
    );
    table!(
        "change of a trade",
        (
            String,
            i64,
            i64,
            String,
            Option<i64>,
            Option<i64>,
            Option<i64>,
            Option<i64>,
            i64,
            i64
        ),
        "SELECT account, trade_id, leg, status, first_price, first_qty, first_notional, changed_us, changed_seq, changed_idx FROM trades ORDER BY account, seq, idx, leg"
    );
    table!(
        "instrument",
        (
            String,
            Option<String>,
            Option<i64>,
            Option<i64>,
            Option<String>,
            Option<String>
        ),
        "SELECT symbol, currency, reference_px, last_px, phase, phase_reason FROM instruments ORDER BY symbol"
    );
    lines
}

/// The sum of all balances of the ledger.
pub(crate) async fn ledger_sum(db: &Db) -> i64 {
    let mut tx = db.read().await.unwrap();
    let sum: (i64,) = tx
        .q("SELECT CAST(COALESCE(SUM(balance), 0) AS BIGINT) FROM ledger_accounts")
        .one()
        .await
        .unwrap();
    sum.0
}

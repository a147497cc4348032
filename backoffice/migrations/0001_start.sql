-- Who may log in.
CREATE TABLE users (
    id {{UUID}} NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_us {{I64}} NOT NULL
) {{STRICT}};

-- Accounts of the exchange, by name. Some belong to a user here, others only to participants of the exchange.
CREATE TABLE accounts (
    name TEXT NOT NULL PRIMARY KEY,
    owner {{UUID}} REFERENCES users (id),
    state TEXT NOT NULL CHECK (state IN ('opening', 'open')),
    created_us {{I64}} NOT NULL,
    attempts {{I64}} NOT NULL DEFAULT 0,
    next_attempt_us {{I64}} NOT NULL DEFAULT 0
) {{STRICT}};
CREATE INDEX accounts_by_owner ON accounts (owner, name);
CREATE INDEX accounts_opening ON accounts (next_attempt_us) WHERE state = 'opening';

-- Accounts of the double-entry ledger. `owner`: the user whose wallet it is. `venue_account`: the account of the exchange that it mirrors.
CREATE TABLE ledger_accounts (
    name TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('bank', 'wallet', 'hold', 'transit', 'outside', 'exchange')),
    asset TEXT NOT NULL,
    owner {{UUID}} REFERENCES users (id),
    venue_account TEXT,
    balance {{I64}} NOT NULL DEFAULT 0,
    CHECK (balance >= 0 OR kind NOT IN ('wallet', 'hold'))
) {{STRICT}};
CREATE INDEX ledger_accounts_by_owner ON ledger_accounts (owner) WHERE owner IS NOT NULL;
CREATE INDEX ledger_accounts_by_venue_account ON ledger_accounts (venue_account) WHERE venue_account IS NOT NULL;

-- Immutable postings: each moves one amount from one ledger account to another, so that the ledger balances by construction.
CREATE TABLE postings (
    transaction_key TEXT NOT NULL,
    line {{I64}} NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL REFERENCES ledger_accounts (name) DEFERRABLE INITIALLY DEFERRED,
    target TEXT NOT NULL REFERENCES ledger_accounts (name) DEFERRABLE INITIALLY DEFERRED,
    asset TEXT NOT NULL,
    amount {{I64}} NOT NULL CHECK (amount > 0),
    at_us {{I64}} NOT NULL,
    PRIMARY KEY (transaction_key, line),
    CHECK (source <> target)
) {{STRICT}};
CREATE INDEX postings_by_source ON postings (source, at_us);
CREATE INDEX postings_by_target ON postings (target, at_us);
--@sqlite
CREATE TRIGGER postings_no_update BEFORE UPDATE ON postings BEGIN SELECT RAISE(ABORT, 'postings are immutable'); END;
CREATE TRIGGER postings_no_delete BEFORE DELETE ON postings BEGIN SELECT RAISE(ABORT, 'postings are immutable'); END;
--@postgres
CREATE FUNCTION postings_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'postings are immutable' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER postings_no_change BEFORE UPDATE OR DELETE ON postings FOR EACH ROW EXECUTE FUNCTION postings_immutable();
--@end

-- Deposits of demo money: bank → wallet → hold → (exchange | back to the bank).
CREATE TABLE deposits (
    id {{UUID}} NOT NULL PRIMARY KEY,
    user_id {{UUID}} NOT NULL REFERENCES users (id),
    idempotency_key TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES accounts (name),
    asset TEXT NOT NULL,
    amount {{I64}} NOT NULL CHECK (amount > 0),
    state TEXT NOT NULL CHECK (state IN ('held', 'posted', 'refused')),
    reason TEXT,
    exchange_seq {{I64}},
    attempts {{I64}} NOT NULL DEFAULT 0,
    next_attempt_us {{I64}} NOT NULL,
    created_us {{I64}} NOT NULL,
    updated_us {{I64}} NOT NULL,
    UNIQUE (user_id, idempotency_key)
) {{STRICT}};
CREATE INDEX deposits_held ON deposits (next_attempt_us) WHERE state = 'held';

-- How far the consumer is, by partition of its source.
CREATE TABLE consumer_positions (
    partition_name TEXT NOT NULL PRIMARY KEY,
    next_offset {{I64}} NOT NULL,
    seq {{I64}} NOT NULL,
    idx {{I64}} NOT NULL
) {{STRICT}};

-- The one history of the exchange that this database follows.
CREATE TABLE followed_epoch (
    only_row {{I64}} NOT NULL PRIMARY KEY CHECK (only_row = 1),
    epoch TEXT NOT NULL
) {{STRICT}};

-- What can be traded. Facts, price and phase each remember the event that they are from.
CREATE TABLE instruments (
    symbol TEXT NOT NULL PRIMARY KEY,
    currency TEXT,
    tick {{I64}},
    lot {{I64}},
    reference_px {{I64}},
    last_px {{I64}},
    last_qty {{I64}},
    last_px_seq {{I64}} NOT NULL DEFAULT -1,
    last_px_idx {{I64}} NOT NULL DEFAULT -1,
    phase TEXT,
    phase_reason TEXT,
    phase_seq {{I64}} NOT NULL DEFAULT -1,
    phase_idx {{I64}} NOT NULL DEFAULT -1
) {{STRICT}};

-- One side of a trade, for the account that it belongs to. leg 0 is the buyer's, leg 1 the seller's.
CREATE TABLE trades (
    account TEXT NOT NULL,
    seq {{I64}} NOT NULL,
    idx {{I64}} NOT NULL,
    leg {{I64}} NOT NULL,
    trade_id {{I64}} NOT NULL,
    symbol TEXT NOT NULL,
    currency TEXT NOT NULL,
    side TEXT NOT NULL,
    price {{I64}} NOT NULL,
    qty {{I64}} NOT NULL,
    notional {{I64}} NOT NULL,
    aggressor {{BOOL}} NOT NULL,
    order_id {{I64}} NOT NULL,
    cl_ord_id TEXT NOT NULL,
    at_us {{I64}} NOT NULL,
    trace_id TEXT NOT NULL,
    PRIMARY KEY (account, seq, idx, leg)
) {{STRICT}};

-- What each account holds now: quantity, what it cost in total, profit and loss realized so far.
CREATE TABLE positions (
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    qty {{I64}} NOT NULL DEFAULT 0,
    cost {{I64}} NOT NULL DEFAULT 0,
    realized {{I64}} NOT NULL DEFAULT 0,
    last_seq {{I64}} NOT NULL DEFAULT -1,
    last_idx {{I64}} NOT NULL DEFAULT -1,
    last_leg {{I64}} NOT NULL DEFAULT -1,
    PRIMARY KEY (account, symbol)
) {{STRICT}};

-- Every change of a position in the exchange's order, with the position after it: a change that arrives late is folded in at its place.
CREATE TABLE position_changes (
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    seq {{I64}} NOT NULL,
    idx {{I64}} NOT NULL,
    leg {{I64}} NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('trade', 'transfer')),
    qty {{I64}} NOT NULL,
    cash {{I64}} NOT NULL,
    qty_after {{I64}} NOT NULL,
    cost_after {{I64}} NOT NULL,
    realized_after {{I64}} NOT NULL,
    PRIMARY KEY (account, symbol, seq, idx, leg)
) {{STRICT}};

-- Orders as last told. `terms_*` is from order-events, `state_*` from whichever event of order or trade is the latest.
CREATE TABLE orders (
    order_id {{I64}} NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    cl_ord_id TEXT NOT NULL,
    price {{I64}},
    told_reserved {{I64}} NOT NULL DEFAULT 0,
    terms_seq {{I64}} NOT NULL DEFAULT -1,
    terms_idx {{I64}} NOT NULL DEFAULT -1,
    ord_status TEXT NOT NULL DEFAULT 'new',
    cum_qty {{I64}} NOT NULL DEFAULT 0,
    leaves_qty {{I64}} NOT NULL DEFAULT 0,
    state_seq {{I64}} NOT NULL DEFAULT -1,
    state_idx {{I64}} NOT NULL DEFAULT -1,
    reserved {{I64}} NOT NULL DEFAULT 0
) {{STRICT}};
CREATE INDEX orders_open ON orders (account) WHERE leaves_qty > 0;

-- What became of a trade. price, qty and notional are as it is (of a busted one as it was last); first_* as it was made, once it was changed.
-- changed_*: the event that said so last; -1 and none while nothing has changed it.
ALTER TABLE trades ADD COLUMN status TEXT NOT NULL DEFAULT 'executed' CHECK (status IN ('executed', 'corrected', 'busted'));
ALTER TABLE trades ADD COLUMN first_price {{I64}};
ALTER TABLE trades ADD COLUMN first_qty {{I64}};
ALTER TABLE trades ADD COLUMN first_notional {{I64}};
ALTER TABLE trades ADD COLUMN changed_us {{I64}};
ALTER TABLE trades ADD COLUMN changed_seq {{I64}} NOT NULL DEFAULT -1;
ALTER TABLE trades ADD COLUMN changed_idx {{I64}} NOT NULL DEFAULT -1;
CREATE INDEX trades_by_number ON trades (trade_id, leg);

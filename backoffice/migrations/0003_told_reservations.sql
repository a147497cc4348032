-- Which event told `told_reserved`: an order event or a trade, whichever is the latest.
ALTER TABLE orders ADD COLUMN held_seq {{I64}} NOT NULL DEFAULT -1;
ALTER TABLE orders ADD COLUMN held_idx {{I64}} NOT NULL DEFAULT -1;
UPDATE orders SET told_reserved = reserved, held_seq = state_seq, held_idx = state_idx WHERE terms_seq >= 0;

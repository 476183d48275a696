-- While a list is read again from its beginning, since nothing of it was recognised: how many entries it had then. What was
-- set aside before may be among these; what stands behind them is new. Otherwise 0.
ALTER TABLE feeds ADD COLUMN reread_end INTEGER NOT NULL DEFAULT 0;

-- Whether an entry was set aside before. Entries may be large, so an index of the whole would be as large again.
CREATE INDEX quarantine_entry ON quarantine (feed, length(entry), substr(entry, 1, 32), substr(entry, -32));

-- What was set aside longest ago, whatever the clock said meanwhile.
CREATE INDEX quarantine_age ON quarantine (stored_at);

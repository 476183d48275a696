-- While a list is read again from its beginning, since nothing of it was recognised: how many entries it had then. What was
-- set aside before may be among these; what stands behind them is new. Otherwise 0.
ALTER TABLE feeds ADD COLUMN reread_end INTEGER NOT NULL DEFAULT 0;

-- The hashes of what was set aside, by which an entry is known that is read again; what was set aside before this has none.
CREATE TABLE quarantine_hashes (
    quarantine INTEGER PRIMARY KEY,
    feed       TEXT NOT NULL,
    hash       INTEGER NOT NULL
);

CREATE INDEX quarantine_hashes_feed ON quarantine_hashes (feed, hash);

CREATE TRIGGER quarantine_remove AFTER DELETE ON quarantine BEGIN
    DELETE FROM quarantine_hashes WHERE quarantine = old.seq;
END;

-- What was set aside longest ago, whatever the clock said meanwhile.
CREATE INDEX quarantine_age ON quarantine (stored_at);

-- Entries that were taken in and are to be delivered at due_at, in Unix milliseconds. They become notifications then.
CREATE TABLE scheduled (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    feed   TEXT NOT NULL,
    id     TEXT NOT NULL,
    body   TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    UNIQUE (feed, id)
);

CREATE INDEX scheduled_due ON scheduled (due_at, seq);

-- When notifications expire, in Unix milliseconds.
CREATE TABLE expiring (
    notification INTEGER PRIMARY KEY,
    feed         TEXT NOT NULL,
    expires_at   INTEGER NOT NULL
);

CREATE INDEX expiring_due ON expiring (expires_at);

CREATE TRIGGER notifications_expire AFTER DELETE ON notifications BEGIN
    DELETE FROM expiring WHERE notification = old.seq;
END;

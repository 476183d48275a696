-- Entries that were taken in and are to be delivered at due_at, in Unix milliseconds. They become notifications then.
CREATE TABLE scheduled (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    feed   TEXT NOT NULL,
    id     TEXT NOT NULL,
    body   TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    -- 1 where the entry came without an id: this one is the row's only.
    own_id INTEGER,
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

-- What a feed's unread count leaves out.
CREATE INDEX expiring_feed ON expiring (feed, expires_at);

CREATE TRIGGER notifications_expire AFTER DELETE ON notifications BEGIN
    DELETE FROM expiring WHERE notification = old.seq;
END;

-- 'What follows this cursor in this feed', answered from the two indexes alone. A row is in one of them, so that a feed's
-- newest are found without looking at all that was withheld or superseded.
DROP INDEX log_feed;
CREATE INDEX log_sent ON log (feed, pos, kind, notification) WHERE kind = 1;
CREATE INDEX log_others ON log (feed, pos, kind, notification) WHERE kind <> 1;

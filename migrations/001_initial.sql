-- Public: the notifications of all feeds. The application may query it, and set read_at.
CREATE TABLE notifications (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    feed      TEXT NOT NULL,
    id        TEXT NOT NULL DEFAULT (lower(hex(randomblob(16)))),
    body      TEXT NOT NULL,
    -- Unix milliseconds.
    stored_at INTEGER NOT NULL DEFAULT (
        CAST(strftime('%s', 'now') AS INTEGER) * 1000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER)),
    read_at   INTEGER,
    UNIQUE (feed, id)
);

-- The unread of a feed, newest last: their number and the backlog of an inbox.
CREATE INDEX notifications_unread ON notifications (feed) WHERE read_at IS NULL;

-- Public: entries that could not be taken in, whole, with the reason.
CREATE TABLE quarantine (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    feed      TEXT NOT NULL,
    entry     BLOB NOT NULL,
    reason    TEXT NOT NULL,
    stored_at INTEGER NOT NULL
);

-- Feeds that something was taken of, and how far: how many entries of the Redis list, the hash of its first entry,
-- and the hashes of the last 256 entries taken in (8 bytes each, little-endian).
CREATE TABLE feeds (
    id       INTEGER PRIMARY KEY,
    name     TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL,
    first    INTEGER,
    tail     BLOB NOT NULL
);

-- Everything that streams are told, in the order of commit. kind: 1 notification, 2 read, 3 unread, 4 removed,
-- 5 broadcast. notification: the seq of the row it is about. data: for a notification its SSE event name, if any.
CREATE TABLE log (
    pos          INTEGER PRIMARY KEY,
    feed         INTEGER NOT NULL,
    kind         INTEGER NOT NULL,
    notification INTEGER,
    data         TEXT
);

-- 'What follows this cursor in this feed', answered from the index alone.
CREATE INDEX log_feed ON log (feed, pos, kind, notification);

-- The position of a notification.
CREATE INDEX log_notification ON log (notification) WHERE kind = 1;

-- Ids of notifications that are gone, so that an entry that still lies in Redis does not bring them back.
CREATE TABLE forgotten (
    feed       TEXT NOT NULL,
    id         TEXT NOT NULL,
    removed_at INTEGER NOT NULL,
    PRIMARY KEY (feed, id)
) WITHOUT ROWID;

CREATE TRIGGER notifications_forget AFTER DELETE ON notifications BEGIN
    INSERT OR IGNORE INTO forgotten (feed, id, removed_at)
    VALUES (old.feed, old.id, CAST(strftime('%s', 'now') AS INTEGER) * 1000);
END;

-- One row about the database itself. epoch: its name in cursors. lineage: what the data directory's lock file looked
-- like when it was last opened; a database that was restored from a copy no longer fits. last: the last position given
-- out. reserved: positions up to here may have been given out, whatever a power cut took. purged: positions up to
-- here may be missing from the log.
CREATE TABLE bridge (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    epoch    TEXT NOT NULL,
    lineage  TEXT NOT NULL,
    last     INTEGER NOT NULL,
    reserved INTEGER NOT NULL,
    purged   INTEGER NOT NULL
);

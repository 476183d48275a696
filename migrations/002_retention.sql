-- When a row was written, in Unix milliseconds: what is older than the retention goes. own_id: 1 where the notification
-- came without an id and was given one.
ALTER TABLE log ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE log ADD COLUMN own_id INTEGER;

UPDATE log SET at = coalesce(
    (SELECT stored_at FROM notifications WHERE seq = log.notification), CAST(strftime('%s', 'now') AS INTEGER) * 1000);

-- Ids to be forgotten at last, the oldest first.
CREATE INDEX forgotten_age ON forgotten (removed_at, feed);

-- An id that no entry came with cannot come back with one either.
DROP TRIGGER notifications_forget;

CREATE TRIGGER notifications_forget AFTER DELETE ON notifications
WHEN NOT EXISTS (SELECT 1 FROM log WHERE notification = old.seq AND kind = 1 AND own_id = 1) BEGIN
    INSERT OR IGNORE INTO forgotten (feed, id, removed_at)
    VALUES (old.feed, old.id, CAST(strftime('%s', 'now') AS INTEGER) * 1000);
END;

-- What the rules of its kind say of a notification, found when it was stored. key: of those of a feed with the same key
-- only the newest is sent; NULL where that does not matter, or no longer. terminal: 1 where it was its feed's last.
-- Two more kinds of rows are notifications: 6 was never sent, 7 was superseded by a newer one with its key.
ALTER TABLE log ADD COLUMN key TEXT;
ALTER TABLE log ADD COLUMN terminal INTEGER;

-- The notification of a feed that the next one with the same key supersedes.
CREATE INDEX log_key ON log (feed, key) WHERE kind = 1 AND key IS NOT NULL;

-- The position of a notification, sent or not.
DROP INDEX log_notification;
CREATE INDEX log_notification ON log (notification, kind) WHERE notification IS NOT NULL;

DROP TRIGGER notifications_forget;

CREATE TRIGGER notifications_forget AFTER DELETE ON notifications BEGIN
    INSERT OR IGNORE INTO forgotten (feed, id, removed_at)
    SELECT old.feed, old.id, CAST(strftime('%s', 'now') AS INTEGER) * 1000
    WHERE NOT EXISTS (SELECT 1 FROM log WHERE notification = old.seq AND own_id = 1);
    DELETE FROM log WHERE notification = old.seq;
END;

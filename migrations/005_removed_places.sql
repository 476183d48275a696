-- A notification that is removed has no place in its feed's log any more: neither among those that are kept nor in what
-- newcomers get. Its id is remembered unless no entry came with it.
DROP TRIGGER notifications_forget;

CREATE TRIGGER notifications_forget AFTER DELETE ON notifications BEGIN
    INSERT OR IGNORE INTO forgotten (feed, id, removed_at)
    SELECT old.feed, old.id, CAST(strftime('%s', 'now') AS INTEGER) * 1000
    WHERE NOT EXISTS (SELECT 1 FROM log WHERE notification = old.seq AND kind = 1 AND own_id = 1);
    DELETE FROM log WHERE notification = old.seq AND kind = 1;
END;

DELETE FROM log WHERE kind = 1 AND NOT EXISTS (SELECT 1 FROM notifications WHERE seq = log.notification);

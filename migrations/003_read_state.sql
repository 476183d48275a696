-- What the application itself changed read_at of: the streams are still to be told.
CREATE TABLE read_changes (
    notification INTEGER PRIMARY KEY,
    feed         TEXT NOT NULL
);

-- 1 within a transaction in which the bridge changes read_at itself, and knows.
ALTER TABLE bridge ADD COLUMN is_marking INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER notifications_read AFTER UPDATE OF read_at ON notifications
WHEN old.read_at IS NOT new.read_at AND (SELECT is_marking FROM bridge) = 0 BEGIN
    INSERT INTO read_changes (notification, feed) VALUES (new.seq, new.feed) ON CONFLICT DO NOTHING;
END;

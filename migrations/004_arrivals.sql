-- Rows of notifications that the application inserted, of kinds with the source flag+database, and that have no position
-- in the log yet. The trigger that notes them is made when the program opens the database: it names these kinds.
CREATE TABLE arrivals (
    notification INTEGER PRIMARY KEY,
    feed         TEXT NOT NULL
);

CREATE INDEX arrivals_feed ON arrivals (feed, notification);

-- Checks that were made without a network and sent later. Each is a scan like any other, of the time of its receipt; what is
-- kept here is the name that the phone gave it, so that what is sent twice changes nothing, and the phone's word on when
-- it was made.
CREATE TABLE offline_checks (
    id TEXT NOT NULL PRIMARY KEY, -- UUID, made by the phone
    batch INTEGER NOT NULL,
    mark_index INTEGER NOT NULL,
    received_at INTEGER NOT NULL, -- microseconds since 1970, as all times
    claimed_at INTEGER -- when it was made, by the phone's clock; null if that clock cannot be right
) STRICT, WITHOUT ROWID;
CREATE INDEX offline_checks_by_receipt ON offline_checks (received_at);

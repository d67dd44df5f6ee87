-- Checks that were made without a network and sent later. Each is a scan like any other, of the time of its receipt; what is
-- kept here is the name that the phone gave it, so that what is sent twice changes nothing, and the phone's word on when
-- it was made.
CREATE TABLE offline_checks (
    id TEXT NOT NULL PRIMARY KEY, -- UUID, made by the phone
    batch BIGINT NOT NULL,
    mark_index BIGINT NOT NULL,
    received_at BIGINT NOT NULL, -- microseconds since 1970, as all times
    claimed_at BIGINT -- when it was made, by the phone's clock; null if that clock cannot be right
);
CREATE INDEX offline_checks_by_receipt ON offline_checks (received_at);

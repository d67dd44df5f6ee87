-- What the public asked, and the state each query met. The batch comes first in every key so that rows can be
-- distributed by batch.

-- One row for each mark that was ever scanned: the exact count, and what later queries are told of the first.
CREATE TABLE mark_queries (
    batch BIGINT NOT NULL REFERENCES batches (number),
    mark_index BIGINT NOT NULL,
    queries BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    first_prefecture BIGINT, -- code of GB/T 2260; null if not known
    first_place_class TEXT, -- gps, fixed, mobile; null if not known
    first_phone BYTEA, -- keyed hash of the phone's cookie; never an address
    PRIMARY KEY (batch, mark_index)
);

-- Every query with its number: gap-free for each mark, because count and row are written in one transaction.
CREATE TABLE scans (
    batch BIGINT NOT NULL REFERENCES batches (number),
    mark_index BIGINT NOT NULL,
    query BIGINT NOT NULL,
    at BIGINT NOT NULL,
    state TEXT NOT NULL, -- a scan of a mark that was never activated is the best evidence of a leak
    prefecture BIGINT,
    place_class TEXT,
    phone BYTEA,
    channel TEXT NOT NULL,
    PRIMARY KEY (batch, mark_index, query)
);

-- Well-signed codes that no batch accounts for: a signing key has leaked, or the database lost a batch.
-- One row a code, so that nobody can fill the disk with one code.
CREATE TABLE unissued_codes (
    batch BIGINT NOT NULL,
    mark_index BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (batch, mark_index, key_id)
);

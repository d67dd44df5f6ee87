-- What the public asked, and the state each query met. The batch comes first in every key so that rows can be
-- distributed by batch.

-- One row for each mark that was ever scanned: the exact count, and what later queries are told of the first.
CREATE TABLE mark_queries (
    batch INTEGER NOT NULL REFERENCES batches (number),
    mark_index INTEGER NOT NULL,
    queries INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    first_prefecture INTEGER, -- code of GB/T 2260; null if not known
    first_place_class TEXT, -- gps, fixed, mobile; null if not known
    first_phone BLOB, -- keyed hash of the phone's cookie; never an address
    PRIMARY KEY (batch, mark_index)
) STRICT, WITHOUT ROWID;

-- Every query with its number: gap-free for each mark, because count and row are written in one transaction.
CREATE TABLE scans (
    batch INTEGER NOT NULL REFERENCES batches (number),
    mark_index INTEGER NOT NULL,
    query INTEGER NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL, -- a scan of a mark that was never activated is the best evidence of a leak
    prefecture INTEGER,
    place_class TEXT,
    phone BLOB,
    channel TEXT NOT NULL,
    PRIMARY KEY (batch, mark_index, query)
) STRICT, WITHOUT ROWID;

-- Well-signed codes that no batch accounts for: a signing key has leaked, or the database lost a batch.
-- One row a code, so that nobody can fill the disk with one code.
CREATE TABLE unissued_codes (
    batch INTEGER NOT NULL,
    mark_index INTEGER NOT NULL,
    key_id INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (batch, mark_index, key_id)
) STRICT, WITHOUT ROWID;

-- The ledger as one chain of entries, and the books that follow from it. Times are microseconds since 1970, UTC.
--
-- `entries` is the ledger: only ever added to. Every other table here is a copy of what the entries add up to, kept for
-- quick answers; `yuanmark ledger verify` proves each row of it. A row is the thing itself as JSON (`body`) and, beside
-- it, the columns that lists choose by.

DROP TABLE range_events;
DROP TABLE licensee_ends;
DROP TABLE licensees;
DROP TABLE orders;
DELETE FROM counters WHERE name = 'range_event';
INSERT INTO counters (name, next) VALUES
    ('entry', 1), ('printer', 1), ('transfer', 1), ('container', 1), ('lot', 1), ('document', 1);

CREATE TABLE entries (
    number INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    request TEXT UNIQUE, -- a retry finds its entry instead of writing another
    licensee INTEGER,
    printer INTEGER,
    order_number INTEGER,
    season INTEGER,
    lot INTEGER,
    corrects INTEGER UNIQUE, -- an entry is taken back once
    body TEXT NOT NULL,
    hash BLOB NOT NULL -- SHA-256 over all this and the hash of the entry before
) STRICT;
CREATE INDEX entries_by_licensee ON entries (licensee, number) WHERE licensee IS NOT NULL;
CREATE INDEX entries_by_printer ON entries (printer, number) WHERE printer IS NOT NULL;
CREATE INDEX entries_by_order ON entries (order_number, number) WHERE order_number IS NOT NULL;
CREATE INDEX entries_by_season ON entries (season, number) WHERE season IS NOT NULL;
CREATE INDEX entries_by_kind ON entries (kind, number);
CREATE INDEX entries_by_lot ON entries (lot, number) WHERE lot IS NOT NULL;

-- Against slips; who means it finds a way, and is found out by the hashes.
CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries
BEGIN
    SELECT RAISE(ABORT, 'the ledger is only ever added to');
END;
CREATE TRIGGER entries_are_not_removed BEFORE DELETE ON entries
BEGIN
    SELECT RAISE(ABORT, 'the ledger is only ever added to');
END;

CREATE TABLE licensees (
    number INTEGER NOT NULL PRIMARY KEY CHECK (number BETWEEN 1 AND 65535), -- two bytes of the code
    uscc TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    attention_from TEXT, -- the first day on which somebody should look at it
    body TEXT NOT NULL
) STRICT;
CREATE INDEX licensees_by_state ON licensees (state, number);
CREATE INDEX licensees_by_attention ON licensees (attention_from) WHERE attention_from IS NOT NULL;

CREATE TABLE printers (
    number INTEGER NOT NULL PRIMARY KEY,
    uscc TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE coefficients (
    version INTEGER NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE entitlements (
    licensee INTEGER NOT NULL REFERENCES licensees (number),
    season INTEGER NOT NULL,
    form TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (licensee, season, form)
) STRICT, WITHOUT ROWID;
CREATE INDEX entitlements_by_season ON entitlements (season, licensee, form);

CREATE TABLE transfers (
    number INTEGER NOT NULL PRIMARY KEY,
    giver INTEGER NOT NULL REFERENCES licensees (number),
    receiver INTEGER NOT NULL REFERENCES licensees (number),
    state TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX transfers_by_giver ON transfers (giver, number);
CREATE INDEX transfers_by_receiver ON transfers (receiver, number);

CREATE TABLE orders (
    number INTEGER NOT NULL PRIMARY KEY,
    licensee INTEGER NOT NULL REFERENCES licensees (number),
    printer INTEGER REFERENCES printers (number),
    season INTEGER NOT NULL,
    form TEXT NOT NULL,
    state TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 16777216),
    body TEXT NOT NULL
) STRICT;
CREATE INDEX orders_by_licensee ON orders (licensee, number);
CREATE INDEX orders_by_printer ON orders (printer, number) WHERE printer IS NOT NULL;
CREATE INDEX orders_by_season ON orders (season, number);
CREATE INDEX orders_by_state ON orders (state, number);

-- What happened to which marks, for scans and for the whereabouts of labels: the ranges of the ledger's entries. The
-- batch comes first in the key so that rows can be distributed by batch.
CREATE TABLE range_events (
    batch INTEGER NOT NULL REFERENCES batches (number),
    number INTEGER NOT NULL, -- the entry that says so
    first_index INTEGER NOT NULL,
    last_index INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT,
    document TEXT,
    lot INTEGER,
    PRIMARY KEY (batch, number, first_index),
    CHECK (0 <= first_index AND first_index <= last_index)
) STRICT, WITHOUT ROWID;
-- A scan asks which events cover one index.
CREATE INDEX range_events_by_index ON range_events (batch, first_index, last_index);
CREATE INDEX range_events_by_lot ON range_events (lot, batch) WHERE lot IS NOT NULL;

CREATE TABLE containers (
    number INTEGER NOT NULL PRIMARY KEY,
    batch INTEGER NOT NULL REFERENCES batches (number),
    kind TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE INDEX containers_by_batch ON containers (batch, number);

CREATE TABLE lots (
    number INTEGER NOT NULL PRIMARY KEY,
    licensee INTEGER NOT NULL REFERENCES licensees (number),
    season INTEGER NOT NULL,
    is_recalled INTEGER NOT NULL CHECK (is_recalled IN (0, 1)),
    body TEXT NOT NULL
) STRICT;
CREATE INDEX lots_by_licensee ON lots (licensee, number);
CREATE INDEX lots_by_season ON lots (season, number);

CREATE TABLE documents (
    number INTEGER NOT NULL PRIMARY KEY,
    licensee INTEGER NOT NULL REFERENCES licensees (number),
    lot INTEGER REFERENCES lots (number),
    purpose TEXT NOT NULL,
    title TEXT NOT NULL,
    version INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (licensee, purpose, title, version)
) STRICT;

-- The content of documents, once for each hash.
CREATE TABLE contents (
    sha256 TEXT NOT NULL PRIMARY KEY,
    content BLOB NOT NULL
) STRICT;

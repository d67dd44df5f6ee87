-- The ledger as one chain of entries, and the books that follow from it. Times are microseconds since 1970, UTC.
--
-- `entries` is the ledger: only ever added to. Every other table here is a copy of what the entries add up to, kept for
-- quick answers; `yuanmark ledger verify` proves each row of it. A row is the thing itself as JSON (`body`) and, beside
-- it, the columns that lists choose by.

DROP TABLE range_events;
DROP TABLE licensee_ends;
DROP TABLE licensees CASCADE;
DROP TABLE orders CASCADE;
DELETE FROM counters WHERE name = 'range_event';
INSERT INTO counters (name, next) VALUES
    ('entry', 1), ('printer', 1), ('transfer', 1), ('container', 1), ('lot', 1), ('document', 1);

CREATE TABLE entries (
    number BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    request TEXT UNIQUE, -- a retry finds its entry instead of writing another
    licensee BIGINT,
    printer BIGINT,
    order_number BIGINT,
    season BIGINT,
    lot BIGINT,
    corrects BIGINT UNIQUE, -- an entry is taken back once
    body TEXT NOT NULL,
    hash BYTEA NOT NULL -- SHA-256 over all this and the hash of the entry before
);
CREATE INDEX entries_by_licensee ON entries (licensee, number) WHERE licensee IS NOT NULL;
CREATE INDEX entries_by_printer ON entries (printer, number) WHERE printer IS NOT NULL;
CREATE INDEX entries_by_order ON entries (order_number, number) WHERE order_number IS NOT NULL;
CREATE INDEX entries_by_season ON entries (season, number) WHERE season IS NOT NULL;
CREATE INDEX entries_by_kind ON entries (kind, number);
CREATE INDEX entries_by_lot ON entries (lot, number) WHERE lot IS NOT NULL;

-- Against slips; who means it finds a way, and is found out by the hashes.
CREATE FUNCTION entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is only ever added to';
END $$;
CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON entries EXECUTE FUNCTION entries_stay();

CREATE TABLE licensees (
    number BIGINT NOT NULL PRIMARY KEY CHECK (number BETWEEN 1 AND 65535), -- two bytes of the code
    uscc TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    attention_from TEXT, -- the first day on which somebody should look at it
    body TEXT NOT NULL
);
CREATE INDEX licensees_by_state ON licensees (state, number);
CREATE INDEX licensees_by_attention ON licensees (attention_from) WHERE attention_from IS NOT NULL;

CREATE TABLE printers (
    number BIGINT NOT NULL PRIMARY KEY,
    uscc TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
);

CREATE TABLE coefficients (
    version BIGINT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE entitlements (
    licensee BIGINT NOT NULL REFERENCES licensees (number),
    season BIGINT NOT NULL,
    form TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (licensee, season, form)
);
CREATE INDEX entitlements_by_season ON entitlements (season, licensee, form);

CREATE TABLE transfers (
    number BIGINT NOT NULL PRIMARY KEY,
    giver BIGINT NOT NULL REFERENCES licensees (number),
    receiver BIGINT NOT NULL REFERENCES licensees (number),
    state TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX transfers_by_giver ON transfers (giver, number);
CREATE INDEX transfers_by_receiver ON transfers (receiver, number);

CREATE TABLE orders (
    number BIGINT NOT NULL PRIMARY KEY,
    licensee BIGINT NOT NULL REFERENCES licensees (number),
    printer BIGINT REFERENCES printers (number),
    season BIGINT NOT NULL,
    form TEXT NOT NULL,
    state TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 16777216),
    body TEXT NOT NULL
);
CREATE INDEX orders_by_licensee ON orders (licensee, number);
CREATE INDEX orders_by_printer ON orders (printer, number) WHERE printer IS NOT NULL;
CREATE INDEX orders_by_season ON orders (season, number);
CREATE INDEX orders_by_state ON orders (state, number);

ALTER TABLE batches ADD FOREIGN KEY (order_number) REFERENCES orders (number);
ALTER TABLE batches ADD FOREIGN KEY (licensee) REFERENCES licensees (number);

-- What happened to which marks, for scans and for the whereabouts of labels: the ranges of the ledger's entries. The
-- batch comes first in the key so that rows can be distributed by batch.
CREATE TABLE range_events (
    batch BIGINT NOT NULL REFERENCES batches (number),
    number BIGINT NOT NULL, -- the entry that says so
    first_index BIGINT NOT NULL,
    last_index BIGINT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT,
    document TEXT,
    lot BIGINT,
    PRIMARY KEY (batch, number, first_index),
    CHECK (0 <= first_index AND first_index <= last_index)
);
-- A scan asks which events cover one index.
CREATE INDEX range_events_by_index ON range_events (batch, first_index, last_index);
CREATE INDEX range_events_by_lot ON range_events (lot, batch) WHERE lot IS NOT NULL;

CREATE TABLE containers (
    number BIGINT NOT NULL PRIMARY KEY,
    batch BIGINT NOT NULL REFERENCES batches (number),
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX containers_by_batch ON containers (batch, number);

CREATE TABLE lots (
    number BIGINT NOT NULL PRIMARY KEY,
    licensee BIGINT NOT NULL REFERENCES licensees (number),
    season BIGINT NOT NULL,
    is_recalled BIGINT NOT NULL CHECK (is_recalled IN (0, 1)),
    body TEXT NOT NULL
);
CREATE INDEX lots_by_licensee ON lots (licensee, number);
CREATE INDEX lots_by_season ON lots (season, number);

CREATE TABLE documents (
    number BIGINT NOT NULL PRIMARY KEY,
    licensee BIGINT NOT NULL REFERENCES licensees (number),
    lot BIGINT REFERENCES lots (number),
    purpose TEXT NOT NULL,
    title TEXT NOT NULL,
    version BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (licensee, purpose, title, version)
);

-- The content of documents, once for each hash.
CREATE TABLE contents (
    sha256 TEXT NOT NULL PRIMARY KEY,
    content BYTEA NOT NULL
);

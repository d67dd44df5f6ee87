-- Who may use the mark, what was ordered, what was issued, and what happened to it.
-- Times are microseconds since 1970, UTC. Nothing here is ever updated in place but counters.next.

-- Numbers are given out here and not by the database's own sequences: a transaction that fails gives its number
-- back, so numbers have no gaps, and two processes can never take the same one. Whoever adds to the ledger locks
-- its counter first; so the order of numbers is the order of commits.
CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    next BIGINT NOT NULL
);
INSERT INTO counters (name, next) VALUES ('licensee', 1), ('order', 1), ('batch', 1), ('range_event', 1);

CREATE TABLE licensees (
    number BIGINT NOT NULL PRIMARY KEY CHECK (number BETWEEN 1 AND 65535), -- two bytes of the code
    name TEXT NOT NULL,
    uscc TEXT NOT NULL UNIQUE,
    legal_basis TEXT NOT NULL,
    added_at BIGINT NOT NULL
);

-- A right ends once; what happens to marks in the market is the policy date, not a yes or no.
CREATE TABLE licensee_ends (
    licensee BIGINT NOT NULL PRIMARY KEY REFERENCES licensees (number),
    at BIGINT NOT NULL,
    marks_good_until BIGINT NOT NULL,
    reason TEXT NOT NULL,
    document TEXT,
    actor TEXT NOT NULL
);

CREATE TABLE orders (
    number BIGINT NOT NULL PRIMARY KEY,
    licensee BIGINT NOT NULL REFERENCES licensees (number),
    season BIGINT NOT NULL,
    form TEXT NOT NULL,
    product TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity BETWEEN 1 AND 16777216),
    placed_at BIGINT NOT NULL,
    actor TEXT NOT NULL
);

-- One row for up to 16,777,216 marks; a mark has no row until someone scans it.
-- What the codes say stands here once more, so that what was signed never changes with the order or the licensee.
CREATE TABLE batches (
    number BIGINT NOT NULL PRIMARY KEY CHECK (number BETWEEN 1 AND 268435455),
    order_number BIGINT NOT NULL UNIQUE REFERENCES orders (number), -- an order is never printed twice
    key_id BIGINT NOT NULL,
    licensee BIGINT NOT NULL REFERENCES licensees (number),
    season BIGINT NOT NULL,
    form TEXT NOT NULL,
    count BIGINT NOT NULL CHECK (count BETWEEN 1 AND 16777216),
    has_hidden_codes BIGINT NOT NULL CHECK (has_hidden_codes IN (0, 1)),
    issued_at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE -- a retry finds its batch instead of making another
);

-- Append-only. The batch comes first in the key so that rows can be distributed by batch.
CREATE TABLE range_events (
    batch BIGINT NOT NULL REFERENCES batches (number),
    number BIGINT NOT NULL,
    first_index BIGINT NOT NULL,
    last_index BIGINT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT,
    document TEXT,
    PRIMARY KEY (batch, number),
    CHECK (0 <= first_index AND first_index <= last_index)
);
-- A scan asks which events cover one index.
CREATE INDEX range_events_by_index ON range_events (batch, first_index, last_index);

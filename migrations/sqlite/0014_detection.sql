-- Finding copied marks (docs/DETECTION.md): the account of each scanned mark, the accounts of batches, and alerts.

-- The network of a query, of which no more is kept than tells two apart on one day; null if not known.
ALTER TABLE scans ADD COLUMN network INTEGER;
ALTER TABLE mark_queries ADD COLUMN first_network INTEGER;

-- The detector's account of a mark. None as long as it says no more than the columns of a mark's first query do.
CREATE TABLE mark_accounts (
    batch INTEGER NOT NULL,
    mark_index INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    account BLOB NOT NULL,
    PRIMARY KEY (batch, mark_index)
) STRICT, WITHOUT ROWID;

-- What is known of a mark besides its scans: of hidden codes each kind once, the first time.
CREATE TABLE mark_evidence (
    batch INTEGER NOT NULL,
    mark_index INTEGER NOT NULL,
    kind TEXT NOT NULL, -- hidden_ok, hidden_bad, hidden_twice, found_copied, cleared
    at INTEGER NOT NULL, -- microseconds since 1970, as all times
    prefecture INTEGER, -- code of GB/T 2260
    place_class TEXT,
    phone BLOB, -- keyed hash of the phone's cookie; null once its owner had it deleted
    network INTEGER,
    PRIMARY KEY (batch, mark_index, at, kind)
) STRICT, WITHOUT ROWID;

-- What a batch's scans say together, in parts that are added up: instances that answer scans of one batch do not wait for one
-- another. Written about once a second. Logarithms in millionths: whole numbers add up the same in any order.
CREATE TABLE batch_accounts (
    batch INTEGER NOT NULL,
    part INTEGER NOT NULL,
    codes INTEGER NOT NULL,
    scans INTEGER NOT NULL,
    share_1 INTEGER NOT NULL,
    share_2 INTEGER NOT NULL,
    share_3 INTEGER NOT NULL,
    share_4 INTEGER NOT NULL,
    PRIMARY KEY (batch, part)
) STRICT, WITHOUT ROWID;

-- Alerts (预警), about a mark or about a batch as a whole. What the office does with them stands elsewhere; here only that
-- it is done with one, so that the same matter can come up again.
CREATE TABLE alerts (
    number INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL, -- suspected_copy, before_activation, while_withdrawn, batch_evidence, batch_rate
    batch INTEGER NOT NULL,
    mark_index INTEGER, -- null: the batch
    raised_at INTEGER NOT NULL,
    query INTEGER, -- the mark's query that raised it
    parameters INTEGER NOT NULL, -- version of the detector's parameters
    log_odds INTEGER NOT NULL, -- posterior log-odds in millionths; of a batch its evidence
    e_value_ln INTEGER NOT NULL, -- natural logarithm of the e-value, in millionths
    hypothesis TEXT NOT NULL,
    closed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX alerts_open ON alerts (batch, coalesce(mark_index, -1), kind) WHERE closed_at IS NULL;
CREATE INDEX alerts_by_matter ON alerts (batch, mark_index, kind);
CREATE INDEX alerts_by_time ON alerts (raised_at);

INSERT INTO counters (name, next) VALUES ('alert', 1);

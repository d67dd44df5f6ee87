-- Scans are written in groups: many at once, at the end of one table, and one narrow row a mark that says all the next
-- query is told.

CREATE TABLE new_mark_queries (
    batch INTEGER NOT NULL,
    mark_index INTEGER NOT NULL,
    queries INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    latest_at INTEGER NOT NULL, -- with batch and index, the key of its latest scan
    first_prefecture INTEGER, -- code of GB/T 2260; null if not known
    first_place_class TEXT, -- gps, fixed, mobile, unknown; null if the place is not known
    first_phone BLOB, -- keyed hash of the phone's cookie; never an address
    recent BLOB, -- whose the queries after the first were, as long as the same phone may ask again
    PRIMARY KEY (batch, mark_index)
) STRICT, WITHOUT ROWID;
INSERT INTO new_mark_queries
    SELECT m.batch, m.mark_index, m.queries, m.first_at, s.at, m.first_prefecture, m.first_place_class, m.first_phone, NULL
    FROM mark_queries m
    JOIN scans s ON s.batch = m.batch AND s.mark_index = m.mark_index AND s.query = m.queries;
DROP TABLE mark_queries;
ALTER TABLE new_mark_queries RENAME TO mark_queries;

-- Every query with its number: gap-free for each mark, because count and row are written in one transaction. In the order
-- of time, so that writing is adding at the end and what is too old goes away at the beginning; the queries of one mark
-- are found from its latest backwards.
CREATE TABLE new_scans (
    at INTEGER NOT NULL, -- of one mark each query is later than the one before
    batch INTEGER NOT NULL,
    mark_index INTEGER NOT NULL,
    query INTEGER NOT NULL,
    previous_at INTEGER, -- with batch and index, the key of the query before; null of the first
    state TEXT NOT NULL, -- a scan of a mark that was never activated is the best evidence of a leak
    prefecture INTEGER,
    place_class TEXT,
    phone BLOB,
    channel TEXT NOT NULL,
    PRIMARY KEY (at, batch, mark_index)
) STRICT, WITHOUT ROWID;
INSERT INTO new_scans
    SELECT s.at, s.batch, s.mark_index, s.query, p.at, s.state, s.prefecture, s.place_class, s.phone, s.channel
    FROM scans s
    LEFT JOIN scans p ON p.batch = s.batch AND p.mark_index = s.mark_index AND p.query = s.query - 1
    ORDER BY s.at;
DROP TABLE scans;
ALTER TABLE new_scans RENAME TO scans;

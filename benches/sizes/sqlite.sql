-- Marks in no order, as phones ask about them; scans in the order of time.
PRAGMA synchronous = OFF;
CREATE TEMPORARY TABLE n (i INTEGER PRIMARY KEY, place INTEGER);
INSERT INTO n
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :rows)
    SELECT i, i * 7919 % :rows FROM n; -- a prime: every place once
INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at, first_prefecture, first_place_class, first_phone)
    SELECT place / 20000 + 1, place % 20000, 1, 1775000000000000 + i * 1000, 1775000000000000 + i * 1000, 430900, 'mobile',
        randomblob(16)
    FROM n ORDER BY i;
INSERT INTO scans (at, batch, mark_index, query, previous_at, state, prefecture, place_class, phone, channel)
    SELECT 1775000000000000 + i * 1000, place / 20000 + 1, place % 20000, 1, NULL, 'active', 430900, 'mobile', randomblob(16),
        'consumer'
    FROM n ORDER BY i;
PRAGMA wal_checkpoint(TRUNCATE);
.headers on
.mode column
SELECT name, sum(pgsize) AS bytes, round(1.0 * sum(pgsize) / :rows, 1) AS bytes_a_row FROM dbstat
    WHERE name IN ('scans', 'mark_queries') GROUP BY name;

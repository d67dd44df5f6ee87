-- Marks in no order, as phones ask about them; scans in the order of time.
SELECT make_scans_month(1775000000000000) \gset
INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at, first_prefecture, first_place_class, first_phone)
    SELECT i * 7919 % :rows / 20000 + 1, i * 7919 % :rows % 20000, 1, 1775000000000000 + i * 1000, 1775000000000000 + i * 1000,
        430900, 'mobile', decode(md5(i::text), 'hex')
    FROM generate_series(0::bigint, :rows - 1) AS i;
INSERT INTO scans (at, batch, mark_index, query, previous_at, state, prefecture, place_class, phone, channel)
    SELECT 1775000000000000 + i * 1000, i * 7919 % :rows / 20000 + 1, i * 7919 % :rows % 20000, 1, NULL, 'active', 430900,
        'mobile', decode(md5(i::text), 'hex'), 'consumer'
    FROM generate_series(0::bigint, :rows - 1) AS i;
VACUUM ANALYZE;
SELECT relname, pg_relation_size(oid) AS table_bytes, pg_indexes_size(oid) AS index_bytes,
    round(1.0 * pg_total_relation_size(oid) / :rows, 1) AS bytes_a_row
    FROM pg_class WHERE relname IN ('mark_queries', 'scans_2026_04') ORDER BY relname;

-- What a group of scans writes to the log: an upsert of its marks, its scans, one commit.
CREATE PROCEDURE answer(groups BIGINT, size BIGINT, rows BIGINT, begin_at BIGINT) LANGUAGE plpgsql AS $$
BEGIN
    FOR g IN 0..groups - 1 LOOP
        INSERT INTO mark_queries (batch, mark_index, queries, first_at, latest_at)
            SELECT place / 20000 + 1, place % 20000, 1, begin_at + i, begin_at + i
            FROM (SELECT i, (i * 104729 + begin_at) % rows AS place
                FROM generate_series(g * size, g * size + size - 1) AS i) AS asked
            ON CONFLICT (batch, mark_index) DO UPDATE
            SET queries = mark_queries.queries + 1, latest_at = excluded.latest_at;
        INSERT INTO scans (at, batch, mark_index, query, previous_at, state, prefecture, place_class, phone, channel)
            SELECT begin_at + i, place / 20000 + 1, place % 20000, 2, begin_at, 'active', 430900, 'mobile',
                decode(md5(i::text), 'hex'), 'consumer'
            FROM (SELECT i, (i * 104729 + begin_at) % rows AS place
                FROM generate_series(g * size, g * size + size - 1) AS i) AS asked;
        COMMIT;
    END LOOP;
END $$;
CALL answer(100, 64, :rows, 1776000000000000);
\echo 'bytes of the log for each scan, in groups of 64 and of 1: right after a checkpoint, and later'
CHECKPOINT;
SELECT pg_current_wal_lsn() AS a \gset
CALL answer(200, 64, :rows, 1776100000000000);
SELECT pg_current_wal_lsn() AS b \gset
CALL answer(4000, 64, :rows, 1776200000000000);
SELECT pg_current_wal_lsn() AS c \gset
CALL answer(1000, 64, :rows, 1776300000000000);
SELECT pg_current_wal_lsn() AS d \gset
CALL answer(5000, 1, :rows, 1776400000000000);
SELECT pg_current_wal_lsn() AS e \gset
SELECT round((:'b'::pg_lsn - :'a'::pg_lsn) / (200 * 64)) AS "64, after a checkpoint",
    round((:'d'::pg_lsn - :'c'::pg_lsn) / (1000 * 64)) AS "64, later",
    round((:'e'::pg_lsn - :'d'::pg_lsn) / 5000) AS "1, later";
-- How many updates found room on their page, and touched no index.
SELECT n_tup_upd AS updates, n_tup_hot_upd AS without_index FROM pg_stat_user_tables WHERE relname = 'mark_queries';

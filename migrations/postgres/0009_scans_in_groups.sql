-- Scans are written in groups: many at once, at the end of one table, and one narrow row a mark that says all the next
-- query is told.

CREATE TABLE new_mark_queries (
    batch BIGINT NOT NULL,
    mark_index BIGINT NOT NULL,
    queries BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    latest_at BIGINT NOT NULL, -- with batch and index, the key of its latest scan
    first_prefecture BIGINT, -- code of GB/T 2260; null if not known
    first_place_class TEXT, -- gps, fixed, mobile, unknown; null if the place is not known
    first_phone BYTEA, -- keyed hash of the phone's cookie; never an address
    recent BYTEA, -- whose the queries after the first were, as long as the same phone may ask again
    PRIMARY KEY (batch, mark_index)
) WITH (fillfactor = 85); -- room for the next count on the same page
INSERT INTO new_mark_queries
    SELECT m.batch, m.mark_index, m.queries, m.first_at, s.at, m.first_prefecture, m.first_place_class, m.first_phone, NULL
    FROM mark_queries m
    JOIN scans s ON s.batch = m.batch AND s.mark_index = m.mark_index AND s.query = m.queries;
DROP TABLE mark_queries;
ALTER TABLE new_mark_queries RENAME TO mark_queries;
ALTER INDEX new_mark_queries_pkey RENAME TO mark_queries_pkey;

-- Every query with its number: gap-free for each mark, because count and row are written in one transaction. In the order
-- of time, so that writing is adding at the end and what is too old goes away by the month; the queries of one mark are
-- found from its latest backwards.
ALTER TABLE scans RENAME TO old_scans;
ALTER INDEX scans_pkey RENAME TO old_scans_pkey;
DROP INDEX scans_by_time;
CREATE TABLE scans (
    at BIGINT NOT NULL, -- of one mark each query is later than the one before
    batch BIGINT NOT NULL,
    mark_index BIGINT NOT NULL,
    query BIGINT NOT NULL,
    previous_at BIGINT, -- with batch and index, the key of the query before; null of the first
    state TEXT NOT NULL, -- a scan of a mark that was never activated is the best evidence of a leak
    prefecture BIGINT,
    place_class TEXT,
    phone BYTEA,
    channel TEXT NOT NULL,
    PRIMARY KEY (at, batch, mark_index)
) PARTITION BY RANGE (at);
-- What no month was made for yet: a clock that runs ahead must not stop the answers.
CREATE TABLE scans_rest PARTITION OF scans DEFAULT;

-- Makes the partition of the month, in China, that a moment lies in; microseconds since 1970. Made before, it is left alone.
CREATE FUNCTION make_scans_month(moment BIGINT) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    month TIMESTAMP := date_trunc('month', to_timestamp(moment / 1000000) AT TIME ZONE INTERVAL '8 hours');
    name TEXT := 'scans_' || to_char(month, 'YYYY_MM');
    first BIGINT := extract(epoch FROM month AT TIME ZONE INTERVAL '8 hours') * 1000000;
    after BIGINT := extract(epoch FROM (month + INTERVAL '1 month') AT TIME ZONE INTERVAL '8 hours') * 1000000;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('make_scans_month'));
    IF to_regclass(name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE scans INCLUDING ALL)', name);
    EXECUTE format('WITH gone AS (DELETE FROM scans_rest WHERE at >= %s AND at < %s RETURNING *) '
        'INSERT INTO %I SELECT * FROM gone', first, after, name);
    EXECUTE format('ALTER TABLE scans ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', name, first, after);
END $$;

SELECT make_scans_month(month) FROM (
    SELECT DISTINCT (extract(epoch FROM date_trunc('month', to_timestamp(at / 1000000) AT TIME ZONE INTERVAL '8 hours')
        AT TIME ZONE INTERVAL '8 hours') * 1000000)::bigint AS month
    FROM old_scans) AS months;
SELECT make_scans_month((extract(epoch FROM now() + later) * 1000000)::bigint)
    FROM (VALUES (INTERVAL '0'), (INTERVAL '1 month'), (INTERVAL '2 months')) AS ahead (later);
INSERT INTO scans
    SELECT s.at, s.batch, s.mark_index, s.query, p.at, s.state, s.prefecture, s.place_class, s.phone, s.channel
    FROM old_scans s
    LEFT JOIN old_scans p ON p.batch = s.batch AND p.mark_index = s.mark_index AND p.query = s.query - 1
    ORDER BY s.at;
DROP TABLE old_scans;

-- What figures are added up from and what start pages choose by, as columns beside the things themselves; and the
-- figures of the plan. As everywhere in the books, a column is what the body says: `yuanmark ledger verify` proves it.

ALTER TABLE licensees ADD COLUMN state_since TEXT NOT NULL DEFAULT '';
ALTER TABLE licensees ADD COLUMN in_force_since TEXT;
ALTER TABLE licensees ADD COLUMN ended_on TEXT; -- the day in China
ALTER TABLE licensees ADD COLUMN pending_since TEXT; -- the day in China
UPDATE licensees SET
    state_since = body::jsonb ->> 'state_since',
    in_force_since = body::jsonb ->> 'in_force_since',
    ended_on = to_char((body::jsonb #>> '{ended,at}')::timestamptz AT TIME ZONE INTERVAL '8 hours', 'YYYY-MM-DD'),
    pending_since = to_char((body::jsonb #>> '{pending,at}')::timestamptz
        AT TIME ZONE INTERVAL '8 hours', 'YYYY-MM-DD');
CREATE INDEX licensees_by_wait ON licensees (state, state_since, number);
CREATE INDEX licensees_by_pending ON licensees (pending_since, number) WHERE pending_since IS NOT NULL;

ALTER TABLE entitlements ADD COLUMN entitled BIGINT NOT NULL DEFAULT 0;
ALTER TABLE entitlements ADD COLUMN pack_grams BIGINT NOT NULL DEFAULT 0;
UPDATE entitlements SET
    entitled = (body::jsonb ->> 'granted')::bigint + (body::jsonb ->> 'adjusted')::bigint
        + (body::jsonb ->> 'received')::bigint
        + (body::jsonb ->> 'carried_in')::bigint
        + (body::jsonb ->> 'restored')::bigint - (body::jsonb ->> 'given')::bigint,
    pack_grams = (body::jsonb ->> 'pack_grams')::bigint;

-- Where the labels of an order are; counts stand in the order of `Whereabouts`.
ALTER TABLE orders ADD COLUMN unreported BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN at_printer BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN in_transit BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN on_hand BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN used BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN to_be_destroyed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN good BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN delivered BIGINT NOT NULL DEFAULT 0;
UPDATE orders SET
    unreported = (body::jsonb #>> '{counts,0}')::bigint,
    at_printer = (body::jsonb #>> '{counts,1}')::bigint,
    in_transit = (body::jsonb #>> '{counts,2}')::bigint,
    on_hand = (body::jsonb #>> '{counts,3}')::bigint,
    used = (body::jsonb #>> '{counts,4}')::bigint,
    to_be_destroyed = (body::jsonb #>> '{counts,5}')::bigint + (body::jsonb #>> '{counts,6}')::bigint
        + (body::jsonb #>> '{counts,9}')::bigint,
    delivered = (body::jsonb #>> '{counts,2}')::bigint + (body::jsonb #>> '{counts,3}')::bigint
        + (body::jsonb #>> '{counts,4}')::bigint
        + (body::jsonb #>> '{counts,6}')::bigint + (body::jsonb #>> '{counts,8}')::bigint
        + (body::jsonb #>> '{counts,9}')::bigint
        + (body::jsonb #>> '{counts,11}')::bigint + (body::jsonb #>> '{counts,12}')::bigint;
UPDATE orders SET good = delivered + at_printer + (body::jsonb #>> '{counts,7}')::bigint;
CREATE INDEX orders_of_season ON orders (licensee, season);
CREATE INDEX orders_to_print ON orders (printer, number) WHERE unreported > 0;
CREATE INDEX orders_to_deliver ON orders (printer, number) WHERE at_printer > 0;
CREATE INDEX orders_to_destroy ON orders (number) WHERE to_be_destroyed > 0;

ALTER TABLE lots ADD COLUMN marks BIGINT NOT NULL DEFAULT 0;
ALTER TABLE lots ADD COLUMN reports BIGINT NOT NULL DEFAULT 0;
UPDATE lots SET marks = (body::jsonb ->> 'marks')::bigint, reports = jsonb_array_length(body::jsonb -> 'reports');
CREATE INDEX lots_of_season ON lots (licensee, season, marks);
CREATE INDEX lots_without_report ON lots (number) WHERE reports = 0;

-- How many producers there are and how much the trade puts out: figures that people enter, a version each.
CREATE TABLE plan_figures (
    version BIGINT NOT NULL PRIMARY KEY,
    season BIGINT NOT NULL,
    body TEXT NOT NULL
);

-- Scans of a day are counted by this alone.
CREATE INDEX scans_by_time ON scans (at, prefecture, state);

-- The counts of days that are over: nothing is added to them any more. A day that was counted has a row for the place that
-- is not known, if only of nothing.
CREATE TABLE scan_days (
    day BIGINT NOT NULL, -- days since 1970, in China
    province BIGINT NOT NULL, -- the first two digits of its code; 0 where the place is not known
    active BIGINT NOT NULL, -- scans that met a mark in use
    other BIGINT NOT NULL, -- scans that met any other state
    PRIMARY KEY (day, province)
);

-- What was written about a licensee itself, of a kind: its file's versions, its entitlements. A busy licensee has a hundred
-- thousand entries about the labels of its orders.
CREATE INDEX entries_of_file ON entries (licensee, kind, number) WHERE licensee IS NOT NULL AND order_number IS NULL;

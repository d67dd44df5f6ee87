-- What figures are added up from and what start pages choose by, as columns beside the things themselves; and the
-- figures of the plan. As everywhere in the books, a column is what the body says: `yuanmark ledger verify` proves it.

ALTER TABLE licensees ADD COLUMN state_since TEXT NOT NULL DEFAULT '';
ALTER TABLE licensees ADD COLUMN in_force_since TEXT;
ALTER TABLE licensees ADD COLUMN ended_on TEXT; -- the day in China
ALTER TABLE licensees ADD COLUMN pending_since TEXT; -- the day in China
UPDATE licensees SET
    state_since = json_extract(body, '$.state_since'),
    in_force_since = json_extract(body, '$.in_force_since'),
    ended_on = date(json_extract(body, '$.ended.at'), '+8 hours'),
    pending_since = date(json_extract(body, '$.pending.at'), '+8 hours');
CREATE INDEX licensees_by_wait ON licensees (state, state_since, number);
CREATE INDEX licensees_by_pending ON licensees (pending_since, number) WHERE pending_since IS NOT NULL;

ALTER TABLE entitlements ADD COLUMN entitled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE entitlements ADD COLUMN pack_grams INTEGER NOT NULL DEFAULT 0;
UPDATE entitlements SET
    entitled = json_extract(body, '$.granted') + json_extract(body, '$.adjusted') + json_extract(body, '$.received')
        + json_extract(body, '$.carried_in') + json_extract(body, '$.restored') - json_extract(body, '$.given'),
    pack_grams = json_extract(body, '$.pack_grams');

-- Where the labels of an order are; counts stand in the order of `Whereabouts`.
ALTER TABLE orders ADD COLUMN unreported INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN at_printer INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN in_transit INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN on_hand INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN to_be_destroyed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN good INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN delivered INTEGER NOT NULL DEFAULT 0;
UPDATE orders SET
    unreported = json_extract(body, '$.counts[0]'),
    at_printer = json_extract(body, '$.counts[1]'),
    in_transit = json_extract(body, '$.counts[2]'),
    on_hand = json_extract(body, '$.counts[3]'),
    used = json_extract(body, '$.counts[4]'),
    to_be_destroyed = json_extract(body, '$.counts[5]') + json_extract(body, '$.counts[6]')
        + json_extract(body, '$.counts[9]'),
    delivered = json_extract(body, '$.counts[2]') + json_extract(body, '$.counts[3]') + json_extract(body, '$.counts[4]')
        + json_extract(body, '$.counts[6]') + json_extract(body, '$.counts[8]') + json_extract(body, '$.counts[9]')
        + json_extract(body, '$.counts[11]') + json_extract(body, '$.counts[12]');
UPDATE orders SET good = delivered + at_printer + json_extract(body, '$.counts[7]');
CREATE INDEX orders_of_season ON orders (licensee, season);
CREATE INDEX orders_to_print ON orders (printer, number) WHERE unreported > 0;
CREATE INDEX orders_to_deliver ON orders (printer, number) WHERE at_printer > 0;
CREATE INDEX orders_to_destroy ON orders (number) WHERE to_be_destroyed > 0;

ALTER TABLE lots ADD COLUMN marks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE lots ADD COLUMN reports INTEGER NOT NULL DEFAULT 0;
UPDATE lots SET marks = json_extract(body, '$.marks'), reports = json_array_length(body, '$.reports');
CREATE INDEX lots_of_season ON lots (licensee, season, marks);
CREATE INDEX lots_without_report ON lots (number) WHERE reports = 0;

-- How many producers there are and how much the trade puts out: figures that people enter, a version each.
CREATE TABLE plan_figures (
    version INTEGER NOT NULL PRIMARY KEY,
    season INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

-- Scans of a day are counted by this alone.
CREATE INDEX scans_by_time ON scans (at, prefecture, state);

-- The counts of days that are over: nothing is added to them any more. A day that was counted has a row for the place that
-- is not known, if only of nothing.
CREATE TABLE scan_days (
    day INTEGER NOT NULL, -- days since 1970, in China
    province INTEGER NOT NULL, -- the first two digits of its code; 0 where the place is not known
    active INTEGER NOT NULL, -- scans that met a mark in use
    other INTEGER NOT NULL, -- scans that met any other state
    PRIMARY KEY (day, province)
) STRICT, WITHOUT ROWID;

-- REPLACE removes without asking the trigger that forbids removing.
CREATE TRIGGER entries_are_not_replaced BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'the ledger is only ever added to');
END;

-- What was written about a licensee itself, of a kind: its file's versions, its entitlements. A busy licensee has a hundred
-- thousand entries about the labels of its orders.
CREATE INDEX entries_of_file ON entries (licensee, kind, number) WHERE licensee IS NOT NULL AND order_number IS NULL;

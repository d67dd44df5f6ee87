-- What people look things up by: columns beside the body, as for everything that is chosen by. `ledger verify` holds
-- them against the ledger like the others.
ALTER TABLE licensees ADD COLUMN contact TEXT; -- the person to call
ALTER TABLE printers ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE lots ADD COLUMN code TEXT NOT NULL DEFAULT '';
ALTER TABLE containers ADD COLUMN label TEXT;
UPDATE licensees SET contact = body::jsonb #>> '{particulars,contact,person}';
UPDATE printers SET name = body::jsonb #>> '{particulars,name}';
UPDATE lots SET code = body::jsonb #>> '{entered,public,code}';
UPDATE containers SET label = body::jsonb #>> '{filled,label}';

-- A part of a name is looked for by reading all names: in these, which are small, and not in the bodies.
CREATE INDEX licensees_by_name ON licensees (name, contact, uscc);
CREATE INDEX lots_by_code ON lots (code, licensee);
CREATE INDEX containers_by_label ON containers (label, batch);
CREATE INDEX batches_by_licensee ON batches (licensee, number);

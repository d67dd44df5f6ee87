-- Tips (举报线索): what people tell the office about suspect packs, and what the office does with it. No part of the ledger:
-- contacts are erased some time after a tip is closed.

CREATE TABLE tips (
    number INTEGER NOT NULL PRIMARY KEY,
    ticket BLOB NOT NULL UNIQUE, -- SHA-256 of the ticket; the ticket itself is kept nowhere
    kind TEXT NOT NULL,
    told TEXT NOT NULL,
    prefecture INTEGER, -- where it was bought: code of GB/T 2260
    seller TEXT,
    bought TEXT, -- day
    serial TEXT, -- as it was typed
    batch_number INTEGER, -- the mark of that serial, whether or not there is such a batch
    mark_index INTEGER,
    contact BLOB, -- encrypted; erased some time after the end
    state TEXT NOT NULL,
    state_at INTEGER NOT NULL, -- microseconds since 1970, as all times
    handler TEXT,
    sent_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tips_by_state ON tips (state, sent_at);
CREATE INDEX tips_contacts ON tips (state_at) WHERE contact IS NOT NULL;

-- What happened to a tip, from its sending on.
CREATE TABLE tip_steps (
    tip INTEGER NOT NULL REFERENCES tips (number),
    place INTEGER NOT NULL, -- from 1
    at INTEGER NOT NULL,
    step TEXT NOT NULL,
    actor TEXT, -- nobody's name if it is the person who sent it
    told TEXT,
    request BLOB UNIQUE, -- SHA-256 of the name of the form: sent twice, it is done once
    PRIMARY KEY (tip, place)
) STRICT;

-- Photos, made anew out of what was sent: nothing but the picture is left.
CREATE TABLE tip_photos (
    tip INTEGER NOT NULL REFERENCES tips (number),
    place INTEGER NOT NULL, -- from 1
    step INTEGER NOT NULL, -- with which step it came
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    jpeg BLOB NOT NULL,
    PRIMARY KEY (tip, place)
) STRICT;
CREATE INDEX tip_photos_bytes ON tip_photos (bytes);

INSERT INTO counters (name, next) VALUES ('tip', 1);

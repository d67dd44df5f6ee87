-- Tips (举报线索): what people tell the office about suspect packs, and what the office does with it. No part of the ledger:
-- contacts are erased some time after a tip is closed.

CREATE TABLE tips (
    number BIGINT NOT NULL PRIMARY KEY,
    ticket BYTEA NOT NULL UNIQUE, -- SHA-256 of the ticket; the ticket itself is kept nowhere
    kind TEXT NOT NULL,
    told TEXT NOT NULL,
    prefecture BIGINT, -- where it was bought: code of GB/T 2260
    seller TEXT,
    bought TEXT, -- day
    serial TEXT, -- as it was typed
    batch_number BIGINT, -- the mark of that serial, whether or not there is such a batch
    mark_index BIGINT,
    contact BYTEA, -- encrypted; erased some time after the end
    state TEXT NOT NULL,
    state_at BIGINT NOT NULL, -- microseconds since 1970, as all times
    handler TEXT,
    sent_at BIGINT NOT NULL
);
CREATE INDEX tips_by_state ON tips (state, sent_at);
CREATE INDEX tips_contacts ON tips (state_at) WHERE contact IS NOT NULL;

-- What happened to a tip, from its sending on.
CREATE TABLE tip_steps (
    tip BIGINT NOT NULL REFERENCES tips (number),
    place BIGINT NOT NULL, -- from 1
    at BIGINT NOT NULL,
    step TEXT NOT NULL,
    actor TEXT, -- nobody's name if it is the person who sent it
    told TEXT,
    request BYTEA UNIQUE, -- SHA-256 of the name of the form: sent twice, it is done once
    PRIMARY KEY (tip, place)
);

-- Photos, made anew out of what was sent: nothing but the picture is left.
CREATE TABLE tip_photos (
    tip BIGINT NOT NULL REFERENCES tips (number),
    place BIGINT NOT NULL, -- from 1
    step BIGINT NOT NULL, -- with which step it came
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    jpeg BYTEA NOT NULL,
    PRIMARY KEY (tip, place)
);
CREATE INDEX tip_photos_bytes ON tip_photos (bytes);

INSERT INTO counters (name, next) VALUES ('tip', 1);

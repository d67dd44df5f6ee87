-- Packs that are handed over once: how an order's pack is offered, as a column of the order; and the links, which are no
-- part of the books, for what is secret does not stand in the ledger.

ALTER TABLE orders ADD COLUMN offer TEXT;
CREATE INDEX orders_asked_again ON orders (number) WHERE offer = 'asked';

-- A link for each opening of an order's pack, with what became of it.
CREATE TABLE pack_links (
    order_number BIGINT NOT NULL REFERENCES orders (number),
    opening BIGINT NOT NULL, -- from 1
    plan TEXT NOT NULL, -- what the pack holds, as JSON; the codes themselves are kept nowhere
    link BYTEA NOT NULL UNIQUE, -- SHA-256 of the link's secret; the secret itself is kept nowhere
    made_at BIGINT NOT NULL, -- microseconds since 1970, as all times
    taken_at BIGINT, -- when the download began
    bytes BIGINT, -- how many were made
    sha256 TEXT, -- of these bytes, in hexadecimal
    is_whole BIGINT, -- 1 if all of them were handed to the network
    PRIMARY KEY (order_number, opening)
);

-- Hidden codes that were claimed: one row a mark, written once.
CREATE TABLE claims (
    batch BIGINT NOT NULL,
    mark_index BIGINT NOT NULL,
    at BIGINT NOT NULL,
    prefecture BIGINT, -- code of GB/T 2260; null if not known
    place_class TEXT, -- gps, fixed, mobile, unknown; null if the place is not known
    phone BYTEA, -- keyed hash of the phone's cookie; null once its owner had it deleted
    PRIMARY KEY (batch, mark_index)
);

-- Phones whose owners had their history deleted, until every row that names them is found.
CREATE TABLE phones_to_forget (
    phone BYTEA NOT NULL PRIMARY KEY, -- keyed hash of the phone's cookie
    asked_at BIGINT NOT NULL
);

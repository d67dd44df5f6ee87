-- Hidden codes that were claimed: one row a mark, written once.
CREATE TABLE claims (
    batch INTEGER NOT NULL,
    mark_index INTEGER NOT NULL,
    at INTEGER NOT NULL,
    prefecture INTEGER, -- code of GB/T 2260; null if not known
    place_class TEXT, -- gps, fixed, mobile, unknown; null if the place is not known
    phone BLOB, -- keyed hash of the phone's cookie; null once its owner had it deleted
    PRIMARY KEY (batch, mark_index)
) STRICT, WITHOUT ROWID;

-- Phones whose owners had their history deleted, until every row that names them is found.
CREATE TABLE phones_to_forget (
    phone BLOB NOT NULL PRIMARY KEY, -- keyed hash of the phone's cookie
    asked_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

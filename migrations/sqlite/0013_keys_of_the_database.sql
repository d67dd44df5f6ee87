-- Which keys the marks of this database were made with. Other keys would make every genuine mark "not ours", and give
-- new marks serials that mean others: so they are refused.
CREATE TABLE installation (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    serial_check TEXT NOT NULL, -- fingerprints, as keyring.toml has them; they tell nothing about the keys
    hidden_check TEXT NOT NULL
) STRICT;

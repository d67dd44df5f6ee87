-- People, how they sign in, and the audit trail of what they did. Times are microseconds since 1970, UTC.

INSERT INTO counters (name, next) VALUES ('user', 1), ('session', 1), ('token', 1), ('trail', 1);

CREATE TABLE users (
    number INTEGER NOT NULL PRIMARY KEY,
    login TEXT NOT NULL UNIQUE, -- never changed, never given to another person
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    licensee INTEGER REFERENCES licensees (number),
    printer INTEGER REFERENCES printers (number),
    is_disabled INTEGER NOT NULL CHECK (is_disabled IN (0, 1)),
    password TEXT NOT NULL, -- argon2id with its parameters and salt (PHC string format)
    must_change_password INTEGER NOT NULL CHECK (must_change_password IN (0, 1)),
    factor_salt BLOB, -- the second factor follows from it and the people key; nothing without one
    factor_step INTEGER, -- the step of the last code that was taken
    new_factor_salt BLOB, -- shown to the person, not yet confirmed by a code
    made_at INTEGER NOT NULL
) STRICT;
CREATE INDEX users_by_licensee ON users (licensee) WHERE licensee IS NOT NULL;
CREATE INDEX users_by_printer ON users (printer) WHERE printer IS NOT NULL;

CREATE TABLE recovery_codes (
    person INTEGER NOT NULL REFERENCES users (number),
    hash BLOB NOT NULL,
    PRIMARY KEY (person, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    number INTEGER NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE, -- SHA-256 of the cookie's value
    person INTEGER NOT NULL REFERENCES users (number),
    is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)), -- 0 while the second factor is awaited
    made_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    network TEXT NOT NULL,
    agent TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_by_person ON sessions (person);
CREATE INDEX sessions_by_time ON sessions (seen_at);

CREATE TABLE tokens (
    number INTEGER NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE, -- SHA-256 of the token
    person INTEGER NOT NULL REFERENCES users (number),
    purpose TEXT NOT NULL,
    permissions TEXT NOT NULL, -- words, apart by spaces
    made_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;
CREATE INDEX tokens_by_person ON tokens (person, number);

-- What slows guessers; forgotten after an hour.
CREATE TABLE sign_in_failures (
    login TEXT NOT NULL,
    network TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_failures_by_login ON sign_in_failures (login, at);
CREATE INDEX sign_in_failures_by_network ON sign_in_failures (network, at);
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (at);

-- From where a person has signed in before: failures from elsewhere do not hold there.
CREATE TABLE known_networks (
    person INTEGER NOT NULL REFERENCES users (number),
    network TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (person, network)
) STRICT, WITHOUT ROWID;

-- The audit trail: who did what from where. Only ever added to.
CREATE TABLE trail (
    number INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    person INTEGER, -- nobody, if a name was tried that does not exist
    login TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT, -- as in "order 12"
    outcome TEXT NOT NULL,
    old TEXT, -- what was changed, before, as JSON
    new TEXT, -- and after
    network TEXT NOT NULL,
    agent TEXT NOT NULL,
    entry INTEGER -- the entry of the ledger that came of it
) STRICT;
CREATE INDEX trail_by_login ON trail (login, number);
CREATE INDEX trail_by_action ON trail (action, number);
CREATE INDEX trail_by_subject ON trail (subject, number) WHERE subject IS NOT NULL;
CREATE INDEX trail_by_time ON trail (at);

CREATE TRIGGER trail_is_not_changed BEFORE UPDATE ON trail
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is only ever added to');
END;
-- REPLACE removes without asking the trigger below.
CREATE TRIGGER trail_is_not_replaced BEFORE INSERT ON trail
WHEN EXISTS (SELECT 1 FROM trail WHERE number = NEW.number)
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is only ever added to');
END;
CREATE TRIGGER trail_is_not_removed BEFORE DELETE ON trail
BEGIN
    SELECT RAISE(ABORT, 'the audit trail is only ever added to');
END;

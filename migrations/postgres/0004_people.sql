-- People, how they sign in, and the audit trail of what they did. Times are microseconds since 1970, UTC.

INSERT INTO counters (name, next) VALUES ('user', 1), ('session', 1), ('token', 1), ('trail', 1);

CREATE TABLE users (
    number BIGINT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL UNIQUE, -- never changed, never given to another person
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    licensee BIGINT REFERENCES licensees (number),
    printer BIGINT REFERENCES printers (number),
    is_disabled BIGINT NOT NULL CHECK (is_disabled IN (0, 1)),
    password TEXT NOT NULL, -- argon2id with its parameters and salt (PHC string format)
    must_change_password BIGINT NOT NULL CHECK (must_change_password IN (0, 1)),
    factor_salt BYTEA, -- the second factor follows from it and the people key; nothing without one
    factor_step BIGINT, -- the step of the last code that was taken
    new_factor_salt BYTEA, -- shown to the person, not yet confirmed by a code
    made_at BIGINT NOT NULL
);
CREATE INDEX users_by_licensee ON users (licensee) WHERE licensee IS NOT NULL;
CREATE INDEX users_by_printer ON users (printer) WHERE printer IS NOT NULL;

CREATE TABLE recovery_codes (
    person BIGINT NOT NULL REFERENCES users (number),
    hash BYTEA NOT NULL,
    PRIMARY KEY (person, hash)
);

CREATE TABLE sessions (
    number BIGINT NOT NULL PRIMARY KEY,
    hash BYTEA NOT NULL UNIQUE, -- SHA-256 of the cookie's value
    person BIGINT NOT NULL REFERENCES users (number),
    is_open BIGINT NOT NULL CHECK (is_open IN (0, 1)), -- 0 while the second factor is awaited
    made_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    network TEXT NOT NULL,
    agent TEXT NOT NULL
);
CREATE INDEX sessions_by_person ON sessions (person);
CREATE INDEX sessions_by_time ON sessions (seen_at);

CREATE TABLE tokens (
    number BIGINT NOT NULL PRIMARY KEY,
    hash BYTEA NOT NULL UNIQUE, -- SHA-256 of the token
    person BIGINT NOT NULL REFERENCES users (number),
    purpose TEXT NOT NULL,
    permissions TEXT NOT NULL, -- words, apart by spaces
    made_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX tokens_by_person ON tokens (person, number);

-- What slows guessers; forgotten after an hour.
CREATE TABLE sign_in_failures (
    login TEXT NOT NULL,
    network TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_by_login ON sign_in_failures (login, at);
CREATE INDEX sign_in_failures_by_network ON sign_in_failures (network, at);
CREATE INDEX sign_in_failures_by_time ON sign_in_failures (at);

-- From where a person has signed in before: failures from elsewhere do not hold there.
CREATE TABLE known_networks (
    person BIGINT NOT NULL REFERENCES users (number),
    network TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (person, network)
);

-- The audit trail: who did what from where. Only ever added to.
CREATE TABLE trail (
    number BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    person BIGINT, -- nobody, if a name was tried that does not exist
    login TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT, -- as in "order 12"
    outcome TEXT NOT NULL,
    old TEXT, -- what was changed, before, as JSON
    new TEXT, -- and after
    network TEXT NOT NULL,
    agent TEXT NOT NULL,
    entry BIGINT -- the entry of the ledger that came of it
);
CREATE INDEX trail_by_login ON trail (login, number);
CREATE INDEX trail_by_action ON trail (action, number);
CREATE INDEX trail_by_subject ON trail (subject, number) WHERE subject IS NOT NULL;
CREATE INDEX trail_by_time ON trail (at);

CREATE FUNCTION trail_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is only ever added to';
END $$;
CREATE TRIGGER trail_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON trail EXECUTE FUNCTION trail_stays();

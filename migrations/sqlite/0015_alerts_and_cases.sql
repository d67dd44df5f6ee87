-- What the office does with alerts (预警), and cases (案件), which gather alerts, tips and inspections. No part of the ledger.

ALTER TABLE alerts ADD COLUMN state TEXT NOT NULL DEFAULT 'open'; -- open, assigned, merged, decided
ALTER TABLE alerts ADD COLUMN assignee TEXT;
ALTER TABLE alerts ADD COLUMN decision TEXT; -- verdict and causes, with blanks between
ALTER TABLE alerts ADD COLUMN merged_into INTEGER;
ALTER TABLE alerts ADD COLUMN case_number INTEGER;
ALTER TABLE alerts ADD COLUMN located_at INTEGER; -- up to when its queries were looked at for alert_provinces
CREATE INDEX alerts_by_state ON alerts (state, log_odds);
CREATE INDEX alerts_by_batch ON alerts (batch);
CREATE INDEX alerts_merged ON alerts (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX alerts_by_case ON alerts (case_number) WHERE case_number IS NOT NULL;

-- From where its marks were asked about: the first two digits of the province's code.
CREATE TABLE alert_provinces (
    alert INTEGER NOT NULL REFERENCES alerts (number),
    province INTEGER NOT NULL,
    PRIMARY KEY (alert, province)
) STRICT, WITHOUT ROWID;
CREATE INDEX alert_provinces_by_province ON alert_provinces (province, alert);

CREATE TABLE alert_steps (
    alert INTEGER NOT NULL REFERENCES alerts (number),
    place INTEGER NOT NULL, -- from 1
    at INTEGER NOT NULL, -- microseconds since 1970, as all times
    step TEXT NOT NULL,
    actor TEXT NOT NULL,
    assignee TEXT,
    decision TEXT,
    other INTEGER, -- the alert or case that it became part of
    told TEXT,
    request BLOB UNIQUE, -- SHA-256 of the name of the request: sent twice, it is done once
    PRIMARY KEY (alert, place)
) STRICT;

CREATE TABLE cases (
    number INTEGER NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    state TEXT NOT NULL, -- open, closed
    opened_at INTEGER NOT NULL,
    opened_by TEXT NOT NULL,
    result TEXT,
    closed_at INTEGER
) STRICT;
CREATE INDEX cases_by_state ON cases (state, number);

-- A tip belongs to one case at most.
CREATE TABLE case_tips (
    tip INTEGER NOT NULL PRIMARY KEY REFERENCES tips (number),
    case_number INTEGER NOT NULL REFERENCES cases (number)
) STRICT;
CREATE INDEX case_tips_by_case ON case_tips (case_number);

-- What happened in a case: inspections and what licensees were told too.
CREATE TABLE case_steps (
    case_number INTEGER NOT NULL REFERENCES cases (number),
    place INTEGER NOT NULL, -- from 1
    at INTEGER NOT NULL,
    step TEXT NOT NULL,
    actor TEXT NOT NULL,
    told TEXT,
    other INTEGER, -- the alert, tip or licensee that it is about
    detail TEXT, -- JSON: day, place and documents of an inspection; reason, document and ledger entries; the result
    request BLOB UNIQUE,
    PRIMARY KEY (case_number, place)
) STRICT;
CREATE INDEX case_steps_told ON case_steps (other, step);

INSERT INTO counters (name, next) VALUES ('case', 1);

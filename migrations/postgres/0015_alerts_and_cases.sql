-- What the office does with alerts (预警), and cases (案件), which gather alerts, tips and inspections. No part of the ledger.

ALTER TABLE alerts ADD COLUMN state TEXT NOT NULL DEFAULT 'open'; -- open, assigned, merged, decided
ALTER TABLE alerts ADD COLUMN assignee TEXT;
ALTER TABLE alerts ADD COLUMN decision TEXT; -- verdict and causes, with blanks between
ALTER TABLE alerts ADD COLUMN merged_into BIGINT;
ALTER TABLE alerts ADD COLUMN case_number BIGINT;
ALTER TABLE alerts ADD COLUMN located_at BIGINT; -- up to when its queries were looked at for alert_provinces
CREATE INDEX alerts_by_state ON alerts (state, log_odds);
CREATE INDEX alerts_by_batch ON alerts (batch);
CREATE INDEX alerts_merged ON alerts (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX alerts_by_case ON alerts (case_number) WHERE case_number IS NOT NULL;

-- From where its marks were asked about: the first two digits of the province's code.
CREATE TABLE alert_provinces (
    alert BIGINT NOT NULL REFERENCES alerts (number),
    province BIGINT NOT NULL,
    PRIMARY KEY (alert, province)
);
CREATE INDEX alert_provinces_by_province ON alert_provinces (province, alert);

CREATE TABLE alert_steps (
    alert BIGINT NOT NULL REFERENCES alerts (number),
    place BIGINT NOT NULL, -- from 1
    at BIGINT NOT NULL, -- microseconds since 1970, as all times
    step TEXT NOT NULL,
    actor TEXT NOT NULL,
    assignee TEXT,
    decision TEXT,
    other BIGINT, -- the alert or case that it became part of
    told TEXT,
    request BYTEA UNIQUE, -- SHA-256 of the name of the request: sent twice, it is done once
    PRIMARY KEY (alert, place)
);

CREATE TABLE cases (
    number BIGINT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    state TEXT NOT NULL, -- open, closed
    opened_at BIGINT NOT NULL,
    opened_by TEXT NOT NULL,
    result TEXT,
    closed_at BIGINT
);
CREATE INDEX cases_by_state ON cases (state, number);

-- A tip belongs to one case at most.
CREATE TABLE case_tips (
    tip BIGINT NOT NULL PRIMARY KEY REFERENCES tips (number),
    case_number BIGINT NOT NULL REFERENCES cases (number)
);
CREATE INDEX case_tips_by_case ON case_tips (case_number);

-- What happened in a case: inspections and what licensees were told too.
CREATE TABLE case_steps (
    case_number BIGINT NOT NULL REFERENCES cases (number),
    place BIGINT NOT NULL, -- from 1
    at BIGINT NOT NULL,
    step TEXT NOT NULL,
    actor TEXT NOT NULL,
    told TEXT,
    other BIGINT, -- the alert, tip or licensee that it is about
    detail TEXT, -- JSON: day, place and documents of an inspection; reason, document and ledger entries; the result
    request BYTEA UNIQUE,
    PRIMARY KEY (case_number, place)
);
CREATE INDEX case_steps_told ON case_steps (other, step);

INSERT INTO counters (name, next) VALUES ('case', 1);

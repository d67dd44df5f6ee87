-- Exhibits (证据材料) of cases: photos, records, reports, byte for byte as they came. What each is, with its hash, stands in
-- the step that it came by.
CREATE TABLE exhibits (
    case_number BIGINT NOT NULL REFERENCES cases (number),
    place BIGINT NOT NULL, -- from 1, in the order of the steps
    content BYTEA NOT NULL,
    PRIMARY KEY (case_number, place)
);

-- What the installation corrects the detector's parameters by: the newest row counts, if it is of the program's parameters.
CREATE TABLE calibrations (
    number BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL, -- microseconds since 1970, as all times
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    calibration TEXT -- JSON; null: back to the program's own
);
INSERT INTO counters (name, next) VALUES ('calibration', 1);

ALTER TABLE alerts ADD COLUMN calibration BIGINT; -- of the parameters that raised it; null: as the program has them

-- In which light a mark was seen when its alert was raised: what its batch added to its log-odds and what its season took off, in
-- millionths. Of earlier alerts it is not known.
ALTER TABLE alerts ADD COLUMN by_batch INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alerts ADD COLUMN by_season INTEGER NOT NULL DEFAULT 0;

-- An alert of a mark grows stronger or weaker with each query after it was raised: log_odds and e_value_ln are those of the
-- last time that somebody asked for the list.
ALTER TABLE alerts ADD COLUMN weighed_at INTEGER; -- up to which query or finding; null: as it was raised

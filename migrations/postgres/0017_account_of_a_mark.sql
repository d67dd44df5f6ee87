-- The detector's account of a mark stands in the row of its queries: one row to find, to hold and to write instead of two.

-- What one scan alone says follows from the other columns: then there is no account.
ALTER TABLE mark_queries ADD COLUMN account BYTEA;
-- When the account last changed otherwise than by a query; null if it never did.
ALTER TABLE mark_queries ADD COLUMN account_changed_at BIGINT;
UPDATE mark_queries m SET account = a.account, account_changed_at = nullif(a.changed_at, m.latest_at)
    FROM mark_accounts a WHERE a.batch = m.batch AND a.mark_index = m.mark_index;
DROP TABLE mark_accounts;

-- The detector's account of a mark stands in the row of its queries: one row to find, to hold and to write instead of two.

-- What one scan alone says follows from the other columns: then there is no account.
ALTER TABLE mark_queries ADD COLUMN account BLOB;
-- When the account last changed otherwise than by a query; null if it never did.
ALTER TABLE mark_queries ADD COLUMN account_changed_at INTEGER;
UPDATE mark_queries SET account = a.account, account_changed_at = nullif(a.changed_at, latest_at)
    FROM mark_accounts a WHERE a.batch = mark_queries.batch AND a.mark_index = mark_queries.mark_index;
DROP TABLE mark_accounts;

-- How dealers behave in a season: codes of a batch that more than one phone has seen, and the sum of the shares, in millionths, that
-- dealers' looks have in what explains them. Codes of which both were seen before this begin to count with their next scan.
ALTER TABLE batch_accounts ADD COLUMN seen_again BIGINT NOT NULL DEFAULT 0;
ALTER TABLE batch_accounts ADD COLUMN dealt BIGINT NOT NULL DEFAULT 0;

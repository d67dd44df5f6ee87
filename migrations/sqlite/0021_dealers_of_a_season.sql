-- How dealers behave in a season: codes of a batch that more than one phone has seen, and the sum of the shares, in millionths, that
-- dealers' looks have in what explains them. Of batches that were asked about before this the codes that were seen are not known
-- any more: far below 0, so that these batches never tell anything of dealers.
ALTER TABLE batch_accounts ADD COLUMN seen_again INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batch_accounts ADD COLUMN dealt INTEGER NOT NULL DEFAULT 0;
UPDATE batch_accounts SET seen_again = -1000000000;

-- Of two requests that bring the same check at the same moment one counts it: the one that wrote its name down first. 0 while it
-- is being answered; if that was broken off, whoever sends it again after a while counts it.
ALTER TABLE offline_checks ADD COLUMN counted INTEGER NOT NULL DEFAULT 1;

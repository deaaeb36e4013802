"""Jobs: stored, run in worker processes, recovered."""

"""Where a run's knowledge lies: `SqliteStore` on disk, `MemoryStore` for tests, and the folders of runs. Import from the modules."""

"""Where the bot's jobs wait: `SqlQueue` in SQLite or PostgreSQL, `MemoryQueue` for tests. Import from the modules."""

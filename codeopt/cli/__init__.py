"""The command line: one file per command. It prints, and turns exceptions into exit statuses; nothing else does."""

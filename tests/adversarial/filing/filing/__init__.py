"""Functions that read and write files, written plainly."""

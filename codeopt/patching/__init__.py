"""Changes to source text: applying, reverting, merging, showing and reading them. Pure text: no files are opened."""

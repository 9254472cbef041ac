"""Tells people and programs what was found: knows words and figures, decides nothing."""

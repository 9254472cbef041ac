"""Reads web server logs and says who came, how often, and what they looked for."""

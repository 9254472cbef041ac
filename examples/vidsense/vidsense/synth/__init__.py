"""Videos whose events are known: planned, rendered, encoded, and watched by simulated viewers. Same seed, same video."""

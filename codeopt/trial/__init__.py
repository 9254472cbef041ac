"""Trials: what is done in sandboxes to learn about a patch. Knows the ports and the programs of `sandbox/`, decides nothing."""

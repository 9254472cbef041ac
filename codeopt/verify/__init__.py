"""Policy, without I/O: evidence in, checks and verdicts out."""

"""The small repositories that hostile patches are tried on are data: their own tests run inside sandboxes, not here."""

collect_ignore = ["repo", "numeric", "kinds", "filing"]

"""The proposer without a model: rewrites that are known to pay, each applied only where its conditions are visible in the code."""

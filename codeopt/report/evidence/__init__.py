"""The evidence page: one HTML file that tells a run, and needs nothing else."""

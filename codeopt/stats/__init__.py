"""From measurements to comparisons: pure arithmetic on the standard library. Import from the modules."""

"""Small functions over words, numbers, intervals, graphs and ledgers, written plainly."""

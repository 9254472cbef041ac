"""Small functions over arrays, written plainly."""

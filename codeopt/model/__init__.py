"""The nouns: frozen dataclasses that know the standard library only. Import them from their module."""

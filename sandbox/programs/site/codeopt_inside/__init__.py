"""codeopt's own code inside a sandbox. Standard library only, Python 3.9 and newer; it never imports codeopt."""

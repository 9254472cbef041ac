"""Small faults, put into one function of a file: what finds them all is a strong oracle.

Pure text to text. It knows nothing of what the function is called with, nor of how mutants are tried.
"""

from codeopt.mutation.make import mutants

__all__ = ["mutants"]

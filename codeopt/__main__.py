"""`python -m codeopt` is the command line."""

from codeopt.cli.main import main

main()

"""`python -m vidsense`."""

import sys

from vidsense.cli import main

sys.exit(main())

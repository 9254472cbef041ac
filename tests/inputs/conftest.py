"""The programs that run inside a sandbox: sketches of real values are what plans are made from."""

import sys
from pathlib import Path

SITE = Path(__file__).resolve().parents[2] / "sandbox" / "programs" / "site"
if str(SITE) not in sys.path:
    sys.path.append(str(SITE))

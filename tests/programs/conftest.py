"""The programs that run inside a sandbox, imported here as the worker imports them."""

import sys
from pathlib import Path

SITE = Path(__file__).resolve().parents[2] / "sandbox" / "programs" / "site"
sys.path.append(str(SITE))

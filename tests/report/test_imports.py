"""What is imported when."""

from __future__ import annotations

import subprocess
import sys


def test_json_and_markdown_do_without_rich():
    modules = "codeopt.report.json_report, codeopt.report.markdown"
    code = f"import sys, {modules}; sys.exit(any(name.split('.')[0] in {{'rich', 'pygments'}} for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

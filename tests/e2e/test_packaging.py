"""Prompts and sandbox programs reach users: in a wheel, and in an editable install."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASK = (
    "from codeopt.assets import programs_dir, prompts_dir, sandbox_dir; import codeopt;"
    "print(codeopt.__file__); print(prompts_dir()); print(sandbox_dir());"
    "assert (programs_dir() / 'worker.py').is_file(); assert (prompts_dir() / 'optimize.md').is_file();"
    "assert (sandbox_dir() / 'seccomp.json').is_file()"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    [built] = out.glob("*.whl")
    return built


def test_the_wheel_holds_every_data_file(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    files = [path for folder in ("prompts", "sandbox") for path in (ROOT / folder).rglob("*") if path.is_file()]
    wanted = {f"codeopt/_data/{path.relative_to(ROOT).as_posix()}" for path in files if "__pycache__" not in path.parts}
    assert wanted
    assert wanted <= names
    assert {f"codeopt/report/evidence/page.{kind}" for kind in ("html.jinja", "css", "js")} <= names
    assert any(name.endswith(".scm") for name in names)
    assert not any(name.startswith(("tests/", "examples/")) for name in names)


def test_an_installed_wheel_finds_its_data(wheel, tmp_path):
    home = tmp_path / "venv"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    site = next((home / "lib").glob("python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    # The dependencies of this environment, behind the wheel; not its editable codeopt.
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    done = subprocess.run([python, "-c", ASK], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert all(line.startswith(str(site)) for line in done.stdout.splitlines()), done.stdout
    version = subprocess.run([python, "-m", "codeopt", "--version"], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "codeopt" in version.stdout


def test_an_editable_install_finds_its_data(tmp_path):
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert all(line.startswith(str(ROOT)) for line in done.stdout.splitlines()), done.stdout


def test_the_version_stands_in_the_changelog():
    from codeopt import __version__

    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()

"""The environment image: what is in it, what is not, and that it is made once."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codeopt.adapters.docker import DockerProvider
from codeopt.assets import programs_dir
from codeopt.errors import InstallError
from codeopt.model.work import Command, Environment

pytestmark = pytest.mark.docker

SETUP = """
from setuptools import setup
open("made_by_setup.txt", "w").write("built")
setup(name="small-thing", version="1.5", py_modules=["small"], entry_points={"console_scripts": ["small=small:main"]})
"""
SMALL = "def main():\n    from importlib.metadata import version\n    print('small', version('small-thing'))\n"


@pytest.fixture
def use() -> Iterator[Callable[..., DockerProvider]]:
    """Make a provider and prepare it; its image and its containers are removed afterwards."""
    made: list[tuple[DockerProvider, str]] = []

    def act(folder: Path, *requirements: str, installs_project: bool = False, **settings) -> DockerProvider:
        provider = DockerProvider(folder, programs_dir(), run=f"install-{uuid.uuid4().hex}", **settings)
        key = f"codeopt-tests-{uuid.uuid4().hex}"
        made.append((provider, key))
        environment = Environment(
            python="3.11", requirements=requirements, installs_project=installs_project, import_roots=(".",), declared_by=(), key=key
        )
        provider.prepare(environment)
        return provider

    yield act
    import docker

    client = docker.from_env()
    for provider, key in made:
        provider.close()
        for image in client.images.list(filters={"label": f"codeopt.environment={key}"}):
            client.images.remove(image.id, force=True)
    client.close()


def run(provider: DockerProvider, *argv: str) -> str:
    with provider.open({}) as sandbox:
        result = sandbox.run(Command(argv=argv, timeout_s=60.0))
    assert result.ok, result
    return result.stdout.decode().strip()


def test_an_installed_project_has_its_entry_points_and_what_its_build_made(use, tmp_path):
    (tmp_path / "setup.py").write_text(SETUP)
    (tmp_path / "small.py").write_text(SMALL)
    # The fast way into pip: the setuptools of the image will do.
    (tmp_path / "pyproject.toml").write_text('[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n')
    provider = use(tmp_path, installs_project=True)
    assert provider.notes == []
    assert run(provider, "small") == "small 1.5"
    assert run(provider, "python", "-c", "print(open('made_by_setup.txt').read())") == "built"
    assert run(provider, "python", "-c", "import small; print(small.__file__)") == "/work/tree/small.py"


def test_a_project_that_cannot_be_installed_is_imported_and_told(use, tmp_path):
    (tmp_path / "setup.py").write_text("raise RuntimeError('no compiler on this machine')")
    (tmp_path / "small.py").write_text("WORD = 1\n")
    provider = use(tmp_path, installs_project=True)
    (note,) = provider.notes
    assert "not installed in the sandbox, only importable" in note
    assert run(provider, "python", "-c", "import small; print(small.WORD)") == "1"


def test_a_requirement_that_cannot_be_installed_stops_with_pips_reason(use, tmp_path):
    with pytest.raises(InstallError) as caught:
        use(tmp_path, "-r", "{tree}/requirements.txt")
    assert "pip cannot install -r '{tree}/requirements.txt'" in str(caught.value)
    assert "requirements.txt'" in str(caught.value).partition(":")[2]
    assert "\n" not in str(caught.value)


def test_what_pip_is_told_reaches_the_install_step_and_leaves_no_trace(use, tmp_path):
    # The machine's own certificates, where it has any of its own, are what the index is trusted by.
    bundle = next((os.environ[name] for name in ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE") if name in os.environ), "")
    env = {"NO_PROXY": "codeopt-secret-value", "UNRELATED": "codeopt-secret-value", "SSL_CERT_FILE": bundle}
    look = "import os; open('seen.txt', 'w').write(' '.join(os.environ))\nfrom setuptools import setup; setup(name='small', py_modules=[])"
    (tmp_path / "setup.py").write_text(look)
    provider = use(tmp_path, installs_project=True, host_env=env)
    seen = run(provider, "cat", "seen.txt").split()
    assert "NO_PROXY" in seen
    assert "UNRELATED" not in seen
    assert ("PIP_CERT" in seen) == Path(bundle).is_file()
    image = provider._client.images.get(provider._image)
    assert "codeopt-secret-value" not in json.dumps([image.attrs, image.history()])
    found = run(provider, "sh", "-c", "grep -rl codeopt-secret-value /opt /etc /work /tmp /var /usr/local 2>/dev/null; ls /tmp; env")
    assert not any(word in found for word in ("codeopt-secret-value", "codeopt-ca", "PIP_", "NO_PROXY"))


def test_the_second_time_costs_no_container(make_provider, docker_environment):
    provider = make_provider(run=(name := f"twice-{uuid.uuid4().hex}"))
    provider.prepare(docker_environment)
    # The engine counts in seconds.
    until = int(time.time()) + 1
    filters = {"type": ["container"], "label": [f"codeopt.run={name}"]}
    assert list(provider._client.events(since=until - 600, until=until, filters=filters, decode=True)) == []

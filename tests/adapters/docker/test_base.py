"""Which base image is taken, without an engine: the fakes answer as docker-py does."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import docker.errors
import pytest

from codeopt.adapters.docker.base import resolve
from codeopt.errors import SandboxUnavailable


@dataclass
class FakeImage:
    id: str


@dataclass
class FakeImages:
    here: set[str]
    registry: set[str]
    pulls: list[str] = field(default_factory=list)

    def get(self, name: str) -> FakeImage:
        if name not in self.here:
            raise docker.errors.ImageNotFound("no such image")
        return FakeImage(f"sha256:{name}")

    def pull(self, repository: str, tag: str | None = None) -> FakeImage:
        name = f"{repository}:{tag}" if tag else repository
        self.pulls.append(name)
        if name not in self.registry:
            raise docker.errors.APIError("no such host")
        self.here.add(name)
        return FakeImage(f"sha256:{name}")


@dataclass
class FakeClient:
    images: FakeImages


def client(here: str = "", registry: str = "") -> FakeClient:
    return FakeClient(FakeImages(set(here.split()), set(registry.split())))


def resolved(fake: FakeClient, python: str, tmp_path: Path, named: str | None = None):
    return resolve(fake, python, named=named, script=tmp_path / "no-script", locks=tmp_path)


@pytest.mark.parametrize(
    ("here", "registry", "python", "expected"),
    [
        ("python:3.12-slim codeopt-base:bookworm", "python:3.12-slim", "3.12.4", "python:3.12-slim"),
        ("python:3.11-slim codeopt-base:bookworm", "", "3.11", "python:3.11-slim"),
        # A Debian with the very Python saves the attempt to pull.
        ("codeopt-base:bookworm", "python:3.11-slim", "3.11", "codeopt-base:bookworm"),
        ("codeopt-base:bookworm", "python:3.12-slim", "3.12", "python:3.12-slim"),
        ("codeopt-base:trixie", "", "3.13", "codeopt-base:trixie"),
        ("", "python:3.10-slim", "3.10", "python:3.10-slim"),
    ],
)
def test_the_nearest_base_with_the_right_python_is_taken(here, registry, python, expected, tmp_path):
    base = resolved(client(here, registry), python, tmp_path)
    assert (base.name, base.image_id, base.note) == (expected, f"sha256:{expected}", "")


def test_another_python_is_taken_last_and_said(tmp_path):
    fake = client("codeopt-base:bookworm")
    base = resolved(fake, "3.12", tmp_path)
    assert fake.images.pulls == ["python:3.12-slim"]
    assert base.name == "codeopt-base:bookworm"
    assert "Python 3.11, not 3.12" in base.note


def test_a_named_image_is_taken_or_nothing(tmp_path):
    assert resolved(client("mine:1 python:3.11-slim"), "3.11", tmp_path, "mine:1").name == "mine:1"
    assert resolved(client("", "mine:1"), "3.11", tmp_path, "mine:1").name == "mine:1"
    with pytest.raises(SandboxUnavailable, match="the image mine:1 is neither here nor can it be pulled"):
        resolved(client("python:3.11-slim"), "3.11", tmp_path, "mine:1")


def test_a_registry_with_a_port_is_not_taken_for_a_tag(tmp_path):
    name = "registry.example:5000/python"
    assert resolved(client("", name), "3.11", tmp_path, name).image_id == f"sha256:{name}"


def test_without_any_way_to_a_base_the_user_learns_what_to_do(tmp_path, monkeypatch):
    # The script is not there: making a Debian fails, whoever runs the tests.
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxUnavailable, match=r"no base image: .*`docker load` one, or set `image`"):
        resolved(client(), "3.11", tmp_path)


def test_a_version_must_be_one(tmp_path):
    with pytest.raises(SandboxUnavailable, match="is no Python version"):
        resolved(client(), "latest", tmp_path)

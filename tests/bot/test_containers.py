"""The image and the compose file agree with the service, and keep what they promise. Neither is built here: that needs a network."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from codeopt.bot.settings import load_bot_settings

ROOT = Path(__file__).resolve().parents[2]
IMAGE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
BOT = COMPOSE["services"]["bot"]


def test_the_image_ends_as_an_ordinary_user():
    assert re.findall(r"^USER (\S+)", IMAGE, re.MULTILINE)[-1] not in {"root", "0"}


def test_the_build_sees_all_that_the_wheel_is_made_of_and_nothing_else():
    shown = {line[1:] for line in (ROOT / ".dockerignore").read_text().split() if line.startswith("!")}
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert {*wheel["packages"], *wheel["force-include"], "pyproject.toml", "constraints.txt", "README.md", "LICENSE"} == shown
    assert (ROOT / ".dockerignore").read_text().startswith("*\n")


@pytest.mark.parametrize("text", [IMAGE, (ROOT / "compose.yaml").read_text()])
def test_no_engine_socket_is_handed_in(text):
    assert "docker.sock" not in text
    assert "privileged: true" not in text


def test_the_service_reads_each_of_its_variables(tmp_path):
    """An unknown variable of the service's would be an error."""
    files = {
        "webhook_secret": "s3cret-that-is-long-enough",
        "database_url": "postgresql://codeopt:pa55@database/codeopt",
        "private_key": "pem",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    own = {name: text.replace("/run/secrets", str(tmp_path)) for name, text in BOT["environment"].items() if name.startswith("CODEOPT_")}
    settings = load_bot_settings(flags={}, environ=own)
    assert settings.webhook_secret is not None
    assert settings.database.get_secret_value() == files["database_url"]
    assert settings.private_key is not None
    assert settings.private_key.get_secret_value() == "pem"
    assert settings.app_id


def test_the_service_has_longer_to_stop_than_it_takes():
    settings = load_bot_settings(flags={}, environ={"CODEOPT_WEBHOOK_SECRET": "s3cret-that-is-long-enough", "CODEOPT_BOT_DRY_RUN": "true"})
    assert int(BOT["stop_grace_period"].removesuffix("s")) > settings.drain


def test_secrets_are_files_that_git_does_not_keep():
    named = {each if isinstance(each, str) else each["source"] for service in COMPOSE["services"].values() for each in service["secrets"]}
    assert named == COMPOSE["secrets"].keys()
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].startswith("./secrets/")
    assert "secrets/" in (ROOT / ".gitignore").read_text().split()
    values = [str(value) for service in COMPOSE["services"].values() for value in service["environment"].values()]
    assert not any("://" in value and "@" in value for value in values)


def test_every_part_is_watched_and_what_is_written_to_is_a_volume():
    for service in COMPOSE["services"].values():
        assert service["healthcheck"]["test"][0] == "CMD"
        assert {volume.split(":")[0] for volume in service["volumes"]} <= COMPOSE["volumes"].keys()
    assert "/healthz" in BOT["healthcheck"]["test"][-1]
    assert BOT["healthcheck"]["test"][-1] in IMAGE
    assert BOT["read_only"]
    assert BOT["cap_drop"] == ["ALL"]

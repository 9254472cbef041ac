from __future__ import annotations

import pytest

from codeopt.bot.assemble import staff_of
from codeopt.bot.dry_run import DryRun
from codeopt.bot.service import serve
from codeopt.bot.settings import BotSettings, load_bot_settings
from codeopt.errors import ConfigError
from codeopt.sources import described

HOOK = {"CODEOPT_WEBHOOK_SECRET": "s3cret-that-is-long-enough"}
SECRET = HOOK | {"CODEOPT_PRIVATE_KEY": "s3cret-key", "CODEOPT_BOT_APP_ID": "7"}


def refusal(*, environ: dict[str, str], **flags: object) -> str:
    with pytest.raises(ConfigError) as caught:
        load_bot_settings(flags=flags, environ=environ)
    assert "\n" not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    return str(caught.value)


def test_with_a_secret_alone_the_defaults_hold():
    settings = load_bot_settings(flags={"host": None, "workers": None}, environ=SECRET)
    assert settings.webhook_secret is not None
    assert settings.webhook_secret.get_secret_value() == SECRET["CODEOPT_WEBHOOK_SECRET"]
    assert (settings.host, settings.port, settings.workers, settings.dry_run) == ("127.0.0.1", 8080, 2, False)
    assert settings.database.get_secret_value() == "sqlite:///codeopt-bot.db"
    assert (settings.lease, settings.drain, settings.keep) == (60.0, 30.0, 30 * 86400.0)


def test_a_flag_wins_over_a_variable():
    environ = SECRET | {"CODEOPT_BOT_PORT": "1000", "CODEOPT_BOT_WORKERS": "7", "CODEOPT_BOT_LEASE": "5m", "CODEOPT_BOT_DRY_RUN": "true"}
    settings = load_bot_settings(flags={"port": 2000}, environ=environ)
    assert (settings.port, settings.workers, settings.lease, settings.dry_run) == (2000, 7, 300.0, True)


def test_secrets_may_come_from_files(tmp_path):
    (tmp_path / "secret").write_text("one-of-some-length\n")
    (tmp_path / "url").write_text("postgresql://me:pa55@host/jobs\n")
    (tmp_path / "key").write_text("-----BEGIN\nkey\n")
    environ = {"CODEOPT_WEBHOOK_SECRET_FILE": str(tmp_path / "secret"), "CODEOPT_BOT_DATABASE_FILE": str(tmp_path / "url")}
    environ |= {"CODEOPT_PRIVATE_KEY_FILE": str(tmp_path / "key"), "CODEOPT_BOT_APP_ID": "7"}
    settings = load_bot_settings(flags={}, environ=environ)
    assert settings.private_key is not None
    assert settings.private_key.get_secret_value() == "-----BEGIN\nkey"
    assert settings.webhook_secret is not None
    assert settings.webhook_secret.get_secret_value() == "one-of-some-length"
    assert settings.database.get_secret_value() == "postgresql://me:pa55@host/jobs"


def test_no_service_runs_without_a_secret():
    with pytest.raises(ConfigError, match="without a secret"):
        serve(BotSettings(), DryRun())


def test_secrets_are_not_shown():
    settings = load_bot_settings(flags={}, environ=SECRET | {"CODEOPT_BOT_DATABASE": "postgresql://me:pa55@host/jobs"})
    assert "s3cret" not in repr(settings)
    assert "pa55" not in repr(settings) + settings.model_dump_json()


@pytest.mark.parametrize(
    ("environ", "part"),
    [
        ({}, "CODEOPT_WEBHOOK_SECRET is not set"),
        ({"CODEOPT_WEBHOOK_SECRET": ""}, "CODEOPT_WEBHOOK_SECRET is not set"),
        ({"CODEOPT_WEBHOOK_SECRET": "s3cret"}, "CODEOPT_WEBHOOK_SECRET must have at least 16 characters"),
        ({"CODEOPT_BOT_WEBHOOK_SECRET": "s3cret"}, "CODEOPT_BOT_WEBHOOK_SECRET: set CODEOPT_WEBHOOK_SECRET instead"),
        ({"CODEOPT_WEBHOOK_SECRET_FILE": "/no/such/file"}, "cannot read /no/such/file (No such file or directory)"),
        (HOOK, "CODEOPT_BOT_APP_ID is not set"),
        (HOOK | {"CODEOPT_BOT_APP_ID": "7"}, "CODEOPT_PRIVATE_KEY is not set"),
        (HOOK | {"CODEOPT_BOT_APP_ID": "7", "CODEOPT_BOT_PRIVATE_KEY": "s3cret"}, "CODEOPT_BOT_PRIVATE_KEY: set CODEOPT_PRIVATE_KEY"),
        (SECRET | {"CODEOPT_WEBHOOK_SECRET_FILE": "/dev/null"}, "given without a file as well"),
        (SECRET | {"CODEOPT_BOT_PROT": "1"}, "did you mean CODEOPT_BOT_PORT?"),
        (SECRET | {"CODEOPT_BOT_PORT": "70000"}, "CODEOPT_BOT_PORT = '70000'"),
        (SECRET | {"CODEOPT_BOT_LEASE": "soon"}, "CODEOPT_BOT_LEASE = 'soon' is no duration"),
        (SECRET | {"CODEOPT_BOT_RATE": "0"}, "CODEOPT_BOT_RATE"),
    ],
)
def test_what_cannot_be_used_is_named(environ, part):
    assert part in refusal(environ=environ)


def test_a_file_that_is_no_text_is_named(tmp_path):
    (tmp_path / "secret").write_bytes(b"\xff\xfe s3cret")
    assert "it is no text" in refusal(environ={"CODEOPT_WEBHOOK_SECRET_FILE": str(tmp_path / "secret")})


def test_a_secret_is_no_flag():
    assert "set CODEOPT_WEBHOOK_SECRET in the environment" in refusal(environ={}, webhook_secret="s3cret-that-is-long-enough")


def test_variables_of_other_commands_are_left_to_them():
    assert load_bot_settings(flags={}, environ=SECRET | {"CODEOPT_MODEL": "http://localhost:8000/v1", "PATH": "/bin"})


def test_every_setting_is_described():
    rows = described(BotSettings)
    assert [row.name for row in rows] == list(BotSettings.model_fields)
    assert [row for row in rows if not (row.type and row.description.endswith("."))] == []


@pytest.mark.parametrize("flags", [{"dry_run": True}, {"workers": 0}])
def test_without_work_to_do_no_app_is_needed(flags):
    settings = load_bot_settings(flags=flags, environ=HOOK)
    assert settings.app_id is None
    assert isinstance(staff_of(settings, {}).handler, DryRun)


@pytest.mark.parametrize(
    ("environ", "part"),
    [
        ({}, "private key"),
        ({"CODEOPT_BUDGET": "soon"}, "CODEOPT_BUDGET"),
        ({"CODEOPT_BOT_GITHUB_URL": "http://github.example.com"}, "https"),
    ],
)
def test_what_no_job_could_use_is_told_before_the_first(environ, part):
    known = {name: text for name, text in environ.items() if name.startswith("CODEOPT_BOT_")}
    settings = load_bot_settings(flags={}, environ=SECRET | known)
    with pytest.raises(ConfigError, match=part) as caught:
        staff_of(settings, environ)
    assert "s3cret" not in str(caught.value)

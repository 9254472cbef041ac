"""The service as a process of its own, with a code host: the clock's jobs are made and worked on, and failed deliveries asked for again."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import time
import zlib

from codeopt.adapters.queue.sql import SqlQueue
from codeopt.model.bot import JobOrigin, JobState

SERVICE = """
import sys
import time
from pathlib import Path
from codeopt.adapters.fake_forge import FakeForge
from codeopt.adapters.fake_host import FakeHost
from codeopt.bot.dry_run import DryRun
from codeopt.bot.service import serve
from codeopt.bot.settings import load_bot_settings

folder, name = sys.argv[1:]
host = FakeHost(Path(folder) / "host", now_s=time.time())
host.add_repository(name, {})
host.add_delivery("lost", status=502)
host.webhook = lambda guid: (Path(folder) / guid).write_text("again") and 202
flags = {"port": 0, "database": f"sqlite:///{folder}/jobs.db", "workers": 1, "dry_run": True}
settings = load_bot_settings(flags=flags, environ={"CODEOPT_WEBHOOK_SECRET": "s3cret-that-is-long-enough"})
serve(settings, DryRun(), forge=FakeForge(host))
"""


def test_what_the_clock_asks_for_is_worked_on_and_a_failed_delivery_is_made_again(tmp_path):
    # A repository whose hour is the first of the day and of the week, so that both jobs are due at any time.
    name = next(name for name in (f"acme/r{at}" for at in itertools.count()) if zlib.crc32(name.encode()) % 168 == 0)
    command = [sys.executable, "-c", SERVICE, str(tmp_path), name]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
        try:
            queue = SqlQueue(f"sqlite:///{tmp_path / 'jobs.db'}")
            while (
                len(jobs := queue.jobs(name)) < 2 or any(job.state is not JobState.DONE for job in jobs) or not (tmp_path / "lost").exists()
            ):
                assert service.poll() is None, service.stderr.read() if service.stderr else ""
                time.sleep(0.05)
            queue.close()
        finally:
            service.send_signal(signal.SIGTERM)
        assert service.wait() == 0
    assert {job.arguments[0] for job in jobs} == {"daily", "weekly"}
    assert {job.origin for job in jobs} == {JobOrigin.SCHEDULE}
    assert all(job.effect.startswith("dry run: would follow") for job in jobs)

"""Puts the service together and runs it: the queue, the workers, the web server, and the end of them all at a signal."""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager

import anyio
import uvicorn
from anyio.abc import TaskStatus
from starlette.applications import Starlette

from codeopt.adapters.queue.sql import SqlQueue
from codeopt.bot.intake import Intake
from codeopt.bot.limits import Limits
from codeopt.bot.logs import tell
from codeopt.bot.metrics import Metrics
from codeopt.bot.schedule import Schedule
from codeopt.bot.settings import BotSettings
from codeopt.bot.sweep import Sweep
from codeopt.bot.web import Web, application
from codeopt.bot.work import Handler, Pace, Workers
from codeopt.errors import ConfigError
from codeopt.model.bot import Retries
from codeopt.ports import Queue
from codeopt.ports.forge import Forge

__all__ = ["serve"]

LOGGER = logging.getLogger("codeopt.bot")
# Requests at once; beyond, the answer is 503. Each may hold a body of a megabyte in memory.
_CONCURRENT = 256
_BACKLOG = 512


def serve(settings: BotSettings, handler: Handler, *, forge: Forge | None = None) -> None:
    """Take deliveries in and work on them until SIGTERM or SIGINT; a second one gives back at once what still runs.

    With a forge, jobs are made by the clock as well, and deliveries that had no good answer are asked for again.

    Raises:
        ConfigError: there is no secret, the address cannot be listened on, or the database's is none.
        QueueError: the database cannot be reached or used.
    """
    if settings.webhook_secret is None:
        raise ConfigError("a service without a secret would take anything in: give it the secret that the app's webhook signs with")
    secret = settings.webhook_secret.get_secret_value()
    queue = SqlQueue(settings.database.get_secret_value(), retries=Retries(attempts=settings.attempts))
    with closing(queue), closing(_listening(settings)) as listener:
        anyio.run(_serve, settings, secret, queue, handler, forge, listener)
    tell(LOGGER, "the service has ended")


async def _serve(settings: BotSettings, secret: str, queue: Queue, handler: Handler, forge: Forge | None, listener: socket.socket) -> None:
    metrics = Metrics()
    pace = Pace(workers=settings.workers, lease_s=settings.lease, drain_s=settings.drain, keep_s=settings.keep)
    workers = Workers(queue, handler, pace=pace, metrics=metrics)
    limits = Limits(rate=settings.rate, installation_rate=settings.installation_rate)
    intake = Intake(queue, secret=secret, limits=limits)
    server = _Server(_config(application(Web(intake=intake, queue=queue, metrics=metrics, news=workers.news)), settings))
    async with anyio.create_task_group() as group:
        await group.start(_until_signal, server, workers)
        host, port = listener.getsockname()[:2]
        tell(LOGGER, "listening", host=host, port=port, workers=settings.workers, dry_run=settings.dry_run)
        if forge is not None:
            group.start_soon(Schedule(forge, queue, news=workers.news).run)
            group.start_soon(Sweep(forge).run)
        async with anyio.create_task_group() as work:
            work.start_soon(workers.run)
            await server.serve(sockets=[listener])
            workers.stop()
        group.cancel_scope.cancel()


async def _until_signal(server: uvicorn.Server, workers: Workers, *, task_status: TaskStatus[None]) -> None:
    """Begin the end at the first signal, and cut it short at the second."""
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        task_status.started()
        async for number in signals:
            if server.should_exit:
                server.force_exit = True
                workers.hurry()
            else:
                tell(LOGGER, "draining", signal=number.name)
                server.should_exit = True
                workers.stop()


class _Server(uvicorn.Server):
    """Leaves signals alone: they are for the workers as well."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _config(app: Starlette, settings: BotSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONCURRENT,
        backlog=_BACKLOG,
        timeout_graceful_shutdown=max(1, round(settings.drain)),
    )


def _listening(settings: BotSettings) -> socket.socket:
    """Return a socket that listens where the settings say, before anything else is begun."""
    try:
        family, *_, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        # Names that cannot be looked up have numbers of their own, below 0; Python's texts repeat the address.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise ConfigError(f"cannot listen on {settings.host} port {settings.port} ({reason}): choose another --host or --port") from None

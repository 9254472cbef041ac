"""A real HTTP server that behaves as GitHub towards an App, for the calls that codeopt makes, with a real git server behind it.

Every request and every answer is checked against GitHub's description of its API; `violations` are what did not fit, and a test that uses
the server fails by them. Faults are put before or behind any call.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread
import jwt
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.github_server import git_backend
from tests.github_server.asked import Asked, Refused, Reply
from tests.github_server.description import Operation, complete, find, problems_of_answer, problems_of_request
from tests.github_server.faults import Fault, Trouble, exhausted, reply_of
from tests.github_server.handlers_app import HANDLERS as APP_HANDLERS
from tests.github_server.handlers_hook import HANDLERS as HOOK_HANDLERS
from tests.github_server.handlers_threads import HANDLERS as THREAD_HANDLERS
from tests.github_server.state import APP_ID, Hub, Issued

__all__ = ["Gone", "Seen", "Service"]

_HANDLERS = {**APP_HANDLERS, **HOOK_HANDLERS, **THREAD_HANDLERS}
_VERSIONS = {"2022-11-28", "2026-03-10"}
_GIT = re.compile(r"/(?P<owner>[^/]+)/(?P<name>[^/]+)\.git/(?P<rest>.+)")
_LONGEST_JWT_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request, and the status that it was answered with; None where it was not answered as a whole."""

    operation: str
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    status: int | None


class Gone(Exception):  # noqa: N818 - nothing is wrong with it
    """The connection is not answered as a whole."""


class _Answered(Exception):  # noqa: N818 - nothing is wrong with it
    """The answer of a fault."""

    def __init__(self, response: Response) -> None:
        self.response = response


class _Resettable(H11Protocol):
    """HTTP whose connections can be cut by the address of their other end."""

    open_ones: dict[tuple[str, int], Any] = {}  # noqa: RUF012 - shared on purpose

    def connection_made(self, transport: Any) -> None:
        self.open_ones[transport.get_extra_info("peername")] = transport
        super().connection_made(transport)


class Service:
    """Serves a `Hub` while its context is open. `troubles` are the faults to come, `hanging` says that a request is being left alone."""

    def __init__(self, hub: Hub, *, public_key: str, enterprise: bool = False) -> None:
        self.hub = hub
        self.prefix = "/api/v3" if enterprise else ""
        self.seen: list[Seen] = []
        self.violations: list[str] = []
        self.troubles: list[Trouble] = []
        self.hanging = threading.Event()
        # Run once before a call of an operation is answered, and at every call of git's.
        self.before: dict[str, Callable[[], object]] = {}
        self.at_git: Callable[[], object] | None = None
        self._public_key = public_key
        self._closing = threading.Event()
        self._late: list[tuple[str, Any]] = []
        methods = ["GET", "POST", "PATCH", "PUT", "DELETE"]
        app = Starlette(routes=[Route("/{path:path}", self._serve, methods=methods)])
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        hub.base_url = self.url
        config = uvicorn.Config(app, http=_Resettable, ws="none", lifespan="off", log_config=None, log_level="critical")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()
        while not self._server.started:
            time.sleep(0.005)

    def stop(self) -> None:
        """End, also amid requests that are left alone."""
        self._closing.set()
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join()

    async def _serve(self, request: Request) -> Response:
        body = await request.body()
        git = _GIT.fullmatch(request.url.path)
        try:
            return await self._git(request, body, git) if git else await self._api(request, body)
        except _Answered as answered:
            return answered.response
        except Gone:
            return Response(status_code=500)  # nobody reads it

    async def _api(self, request: Request, raw: bytes) -> Response:
        path = request.scope["raw_path"].decode().partition("?")[0]
        found = find(request.method, path.removeprefix(self.prefix)) if path.startswith(self.prefix) else None
        query, body = dict(request.query_params), json.loads(raw) if raw else None
        if found is None:
            self.violations.append(f"{request.method} {path}: there is no such operation")
            return self._sent(request, None, query, body, Refused(404, "Not Found").reply)
        operation, values = found
        self.violations += problems_of_request(operation, query, body)
        self.before.pop(operation.id, lambda: None)()
        trouble = self._take(operation.id)
        if trouble and not trouble.after:
            await self._trouble(trouble, request, operation, query, body, lambda: self._reply(operation, values, request, query, body))
        reply = self._reply(operation, values, request, query, body)
        self._land(operation.id)
        if trouble:
            await self._trouble(trouble, request, operation, query, body, None)
        return self._sent(request, operation, query, body, reply)

    def _reply(self, operation: Operation, values: Mapping[str, str], request: Request, query: Any, body: Any) -> Reply:
        """Do what a request asks for, if it may."""
        try:
            permission, level, handler = _HANDLERS[operation.id]
            token = self._admitted(request.headers, permission, level)
            url = self.url + request.url.path
            reply = handler(Asked(hub=self.hub, values=values, query=query, body=body or {}, token=token, url=url))
            reply = Reply(status=reply.status, body=complete(operation, reply.status, reply.body), headers=reply.headers)
        except Refused as refused:
            reply = refused.reply
        self.violations += problems_of_answer(operation, reply.status, reply.body)
        return reply

    def _admitted(self, headers: Mapping[str, str], permission: str, level: str) -> Issued | None:
        if headers.get("x-github-api-version") not in _VERSIONS:
            raise Refused(400, "The API version is not supported.")
        if not headers.get("user-agent"):
            raise Refused(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.")
        kind, _, text = headers.get("authorization", "").partition(" ")
        if not permission:
            self._check_jwt(kind, text)
            return None
        token = self.hub.holder(text)
        if token is None:
            raise Refused(401, "Bad credentials")
        if self.hub.remaining <= 0:
            raise exhausted(self.hub)
        self.hub.remaining -= 1
        if not token.allows(permission, level):
            wanted = {"x-accepted-github-permissions": f"{permission}={level}"}
            raise Refused(403, "Resource not accessible by integration", headers=wanted)
        return token

    def _check_jwt(self, kind: str, text: str) -> None:
        try:
            claims = jwt.decode(text, self._public_key, algorithms=["RS256"], options={"require": ["iat", "exp", "iss"]})
        except jwt.InvalidTokenError:
            raise Refused(401, "A JSON web token could not be decoded") from None
        if kind != "Bearer" or claims["iss"] != str(APP_ID):
            raise Refused(401, "'Issuer' claim ('iss') must be an Integer")
        if claims["exp"] - time.time() > _LONGEST_JWT_S:
            raise Refused(401, "'Expiration time' claim ('exp') is too far in the future")

    def _take(self, operation: str) -> Trouble | None:
        for trouble in self.troubles:
            if trouble.operation not in {"", operation}:
                continue
            if trouble.skip:
                trouble.skip -= 1
                continue
            trouble.times -= 1
            self.troubles = [each for each in self.troubles if each.times > 0]
            return trouble
        return None

    async def _trouble(self, trouble: Trouble, request: Request, operation: Operation | None, query: Any, body: Any, effect: Any) -> None:
        """Do what a fault does; where it answers, the answer is raised."""
        reply = reply_of(trouble, self.hub)
        if reply is not None:
            raise _Answered(self._sent(request, operation, query, body, reply))
        self._note(request, operation, query, body, None)
        if trouble.fault is Fault.LATE and operation is not None:
            self._late.append((operation.id, effect))
        if trouble.fault in {Fault.HANG, Fault.LATE}:
            await self._leave_alone()
        transport = _Resettable.open_ones[request.scope["client"]]
        if trouble.fault is Fault.CUT_OFF:
            transport.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{"id": 1, "num')
            await anyio.sleep(0.05)
            transport.close()
        else:
            # Lingering for zero seconds, a closed socket sends a reset.
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        raise Gone

    async def _leave_alone(self) -> None:
        self.hanging.set()
        while self.hanging.is_set() and not self._closing.is_set():  # noqa: ASYNC110 - the client that clears it is another thread's
            await anyio.sleep(0.005)

    def _land(self, operation: str) -> None:
        """Have the effects come that were left behind by an earlier call."""
        due = [effect for name, effect in self._late if name == operation]
        self._late = [each for each in self._late if each[0] != operation]
        for effect in due:
            effect()

    def _sent(self, request: Request, operation: Operation | None, query: Any, body: Any, reply: Reply) -> Response:
        self._note(request, operation, query, body, reply.status)
        limits = {
            "x-ratelimit-limit": "5000",
            "x-ratelimit-remaining": str(self.hub.remaining),
            "x-ratelimit-reset": str(int(self.hub.now_s()) + 1800),
            "x-ratelimit-resource": "core",
            "x-github-request-id": f"AB12:{len(self.seen)}:F",
        }
        page = isinstance(reply.body, str)
        content = b"" if reply.body is None else reply.body.encode() if page else json.dumps(reply.body).encode()
        kind = "text/html" if page else "application/json; charset=utf-8"
        return Response(content, status_code=reply.status, headers={**limits, **reply.headers}, media_type=kind)

    def _note(self, request: Request, operation: Operation | None, query: Any, body: Any, status: int | None) -> None:
        self.seen.append(
            Seen(
                operation=operation.id if operation else "",
                method=request.method,
                path=request.url.path,
                query=query,
                headers=dict(request.headers),
                body=body,
                status=status,
            )
        )

    async def _git(self, request: Request, body: bytes, found: re.Match[str]) -> Response:
        query = request.url.query
        operation = "git/" + (found["rest"].rpartition("/")[2] if "service=" not in query else "info-refs")
        writes = "git-receive-pack" in found["rest"] + query
        if self.at_git is not None:
            await anyio.to_thread.run_sync(self.at_git)
        trouble = self._take(operation)
        if trouble and not trouble.after:
            await self._trouble(trouble, request, None, {}, None, None)
        there = self.hub.repository(f"{found['owner']}/{found['name']}")
        refused = git_backend.refusal(self.hub, there, request.headers, writes=writes)
        if refused:
            headers = {"www-authenticate": 'Basic realm="GitHub"'} if refused[0] == 401 else {}
            return Response(refused[1], status_code=refused[0], headers=headers, media_type="text/plain")
        path = f"/{there.full_name}.git/{found['rest']}" if there else ""
        status, lines, content = await anyio.to_thread.run_sync(
            git_backend.answered, self.hub, path, query, request.method, dict(request.headers), body
        )
        if trouble:
            await self._trouble(trouble, request, None, {}, None, None)
        self._note(request, None, {}, None, status)
        return Response(content, status_code=status, headers=lines)

"""The streams of a program that the engine runs: one hijacked connection, demultiplexed.

Output arrives as messages of an 8-byte head (stream, length) and data; input goes out as it is. Reading never blocks by itself:
the host's clock decides how long anybody waits.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
from contextlib import suppress
from typing import Any

from codeopt.adapters.streams import Moved

__all__ = ["Demultiplexer", "EngineWire"]

_HEAD = struct.Struct(">BxxxI")
_CHUNK_BYTES = 1 << 18
_STDERR = 2
_BUSY = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Demultiplexer:
    """Cuts the engine's messages apart, wherever the network cut them."""

    def __init__(self) -> None:
        """Start at the beginning of a connection."""
        self._held = bytearray()

    def feed(self, data: bytes) -> tuple[bytes, bytes]:
        """Take what arrived, and return what it holds of standard output and of standard error."""
        self._held += data
        said = (bytearray(), bytearray())
        at = 0
        while at + _HEAD.size <= len(self._held):
            stream, length = _HEAD.unpack_from(self._held, at)
            end = at + _HEAD.size + length
            if end > len(self._held):
                break
            said[stream == _STDERR].extend(memoryview(self._held)[at + _HEAD.size : end])
            at = end
        del self._held[:at]
        return bytes(said[0]), bytes(said[1])


class EngineWire:
    """A `Wire` to a program in a container."""

    def __init__(self, stream: Any) -> None:
        """Take over a connection, as the client returns it."""
        self._stream = stream
        self._response: Any = getattr(stream, "_response", None)
        self._socket: socket.socket = getattr(stream, "_sock", stream)
        self._messages = Demultiplexer()
        self._socket.setblocking(False)
        self._early = self._buffered()
        self._refused = False
        self._ended = False

    def move(self, outgoing: memoryview, timeout_s: float) -> Moved:
        """Write what fits and read what is there; when neither is possible, wait for it up to `timeout_s`."""
        written = self._write(outgoing)
        data = self._read()
        if data is None and not written and not self._ended:
            self._wait(timeout_s, writing=bool(outgoing))
            written = self._write(outgoing)
            data = self._read()
        stdout, stderr = self._messages.feed(data or b"")
        return Moved(written=written, stdout=stdout, stderr=stderr, refused=self._refused, ended=self._ended)

    def close_input(self) -> None:
        """Tell the program that there is no more input."""
        # The engine passes a half-closed connection on as the end of the input.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Let go of the connection; the program is not touched."""
        # The response closes what it reads from, which must still be open then.
        if self._response is not None:
            self._response.close()
        self._stream.close()
        self._socket.close()

    def _buffered(self) -> bytes:
        """Return what the HTTP client read past the head of the engine's answer; the bare socket would never show it."""
        buffer = getattr(getattr(getattr(self._response, "raw", None), "_fp", None), "fp", None)
        if buffer is None:
            return b""
        ahead = buffer.peek()
        return bytes(buffer.read1(len(ahead))) if ahead else b""

    def _wait(self, timeout_s: float, *, writing: bool) -> None:
        poller = select.poll()
        poller.register(self._socket, select.POLLIN | (select.POLLOUT if writing and not self._refused else 0))
        poller.poll(timeout_s * 1000)

    def _write(self, outgoing: memoryview) -> int:
        if not outgoing or self._refused:
            return 0
        try:
            return self._socket.send(outgoing[:_CHUNK_BYTES])
        except _BUSY:
            return 0
        except OSError:
            self._refused = True
            return 0

    def _read(self) -> bytes | None:
        """Return what has arrived, nothing at the end, or None when there is nothing yet."""
        if self._early:
            early, self._early = self._early, b""
            return early
        try:
            data = self._socket.recv(_CHUNK_BYTES)
        except _BUSY:
            return None
        except OSError:
            data = b""
        self._ended = not data
        return data

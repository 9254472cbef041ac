"""Length-prefixed frames, of JSON or of bytes, over two file descriptors that belong to nobody else."""

import json
import os
import struct

LIMIT = 64_000_000


def _coded(message):
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode()


def _clean(value):
    """Spell lone surrogates out: an escape of one is JSON that strict parsers refuse."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    return value


class Pipe:
    """The worker's end: the host reads and writes the other one."""

    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    def send(self, message):
        try:
            data = _coded(message)
        except UnicodeEncodeError:
            data = _coded(_clean(message))
        self.send_bytes(data)

    def send_bytes(self, data):
        view = memoryview(struct.pack(">I", len(data)) + data)
        while view:
            view = view[os.write(self.writer, view) :]

    def receive(self):
        """Return the next message, or None at the end."""
        data = self.receive_bytes()
        return None if data is None else json.loads(data)

    def receive_bytes(self):
        """Return the next frame, or None at the end."""
        head = self._exactly(4)
        if head is None:
            return None
        (length,) = struct.unpack(">I", head)
        if length > LIMIT:
            return None
        return self._exactly(length)

    def _exactly(self, count):
        chunks = []
        while count:
            chunk = os.read(self.reader, min(count, 1 << 20))
            if not chunk:
                return None
            chunks.append(chunk)
            count -= len(chunk)
        return b"".join(chunks)


def take_over():
    """Move standard input and output to descriptors of our own, so that nothing the code prints or reads meets the frames."""
    pipe = Pipe(os.dup(0), os.dup(1))
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.close(null)
    return pipe

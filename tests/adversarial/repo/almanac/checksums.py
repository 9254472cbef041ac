"""Checksums."""

import hashlib


def chain(blobs):
    """Return the checksum of each beginning of a list of bytes."""
    return [hashlib.sha256(b"".join(blobs[: end + 1])).hexdigest() for end in range(len(blobs))]

"""The engine's messages, cut anywhere, come out whole and in order."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.docker.wire import Demultiplexer

MESSAGES = st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=50)), max_size=10)


@given(messages=MESSAGES, cuts=st.lists(st.integers(min_value=1, max_value=30), min_size=1, max_size=30))
def test_cuts_do_not_matter(messages, cuts):
    stream = b"".join(struct.pack(">BxxxI", number, len(data)) + data for number, data in messages)
    demultiplexer, said, at, turn = Demultiplexer(), [b"", b""], 0, 0
    while at < len(stream):
        size = cuts[turn % len(cuts)]
        out, err = demultiplexer.feed(stream[at : at + size])
        said = [said[0] + out, said[1] + err]
        at, turn = at + size, turn + 1
    assert said[0] == b"".join(data for number, data in messages if number == 1)
    assert said[1] == b"".join(data for number, data in messages if number == 2)

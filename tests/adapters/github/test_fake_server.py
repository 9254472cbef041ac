"""The server of these tests is held to GitHub's description, and notices what does not fit it."""

from __future__ import annotations

import httpx
import pytest

from tests.github_server.description import complete, find, operations, problems_of_answer, problems_of_request
from tests.github_server.host import GitHubServer
from tests.github_server.server import _HANDLERS


def test_every_operation_has_an_answer():
    assert set(_HANDLERS) == {operation.id for operation in operations()}


@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
def test_the_plainest_answer_fits_the_description(operation):
    status = next(status for status in operation.responses if status.startswith("2"))
    schema = operation.responses[status]
    empty = None if schema is None else [] if schema.get("type") == "array" or operation.id == "repos/get-content" else {}
    assert problems_of_answer(operation, int(status), complete(operation, int(status), empty)) == []


def test_what_does_not_fit_is_seen():
    create, _ = find("POST", "/repos/a/b/pulls")
    listing, _ = find("GET", "/repos/a/b/pulls")
    assert problems_of_request(create, {}, {"head": "a", "base": "b", "title": "t"}) == []
    assert problems_of_request(create, {}, {"head": "a", "base": "b", "titel": "t"})
    assert problems_of_request(create, {}, {"head": "a"})
    assert problems_of_request(create, {}, None)
    assert problems_of_request(listing, {"state": "all", "per_page": "100"}, None) == []
    assert problems_of_request(listing, {"state": "alle"}, None)
    assert problems_of_request(listing, {"creator": "x"}, None)
    assert problems_of_request(listing, {}, {"a": 1})
    assert problems_of_answer(create, 201, {"number": 1})
    assert problems_of_answer(create, 418, {})
    assert find("POST", "/repos/a/b/merges") is None


def test_a_call_that_github_has_not_fails_the_test_that_made_it(tmp_path):
    with pytest.raises(AssertionError, match="no such operation"), GitHubServer(tmp_path) as server:
        assert httpx.get(f"{server.api_url}/repos/a/b/nothing", trust_env=False).status_code == 404

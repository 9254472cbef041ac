from __future__ import annotations

from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.github.call import Call, next_page
from tests.github_server.description import find, operations

ROUTE = "/repos/{owner}/{repo}/contents/{path}"
PARTS = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=20).filter(lambda part: part not in {".", ".."})


@given(st.lists(PARTS, min_size=1, max_size=3), st.sampled_from(["https://api.github.com/", "https://h/api/v3/"]))
def test_a_path_arrives_as_it_is_and_leads_nowhere_else(parts, base):
    path = "/".join(parts)
    call = Call(method="GET", route=ROUTE, values={"owner": "a", "repo": "b", "path": path})
    request = httpx.Client(base_url=base).build_request("GET", call.path, params={"ref": "main"})
    sent = request.url.raw_path.decode().removeprefix("/api/v3")
    assert sent.endswith("?ref=main")
    operation, values = find("GET", sent.partition("?")[0])
    assert operation.id == "repos/get-content"
    assert values == {"owner": "a", "repo": "b", "path": path}
    assert unquote(request.url.path.rpartition("/contents/")[2]) in {path, unquote(path)}


@pytest.mark.parametrize("path", ["..", ".", "a/../b", "../../user", "./a"])
def test_a_path_that_would_lead_elsewhere_is_refused(path):
    with pytest.raises(ValueError, match="leads elsewhere"):
        Call(method="GET", route=ROUTE, values={"owner": "a", "repo": "b", "path": path})


def test_names_with_slashes_are_no_way_out_of_their_place():
    call = Call(
        method="GET",
        route="/repos/{owner}/{repo}/collaborators/{username}/permission",
        values={"owner": "a", "repo": "b", "username": "x/y"},
    )
    assert call.path == "/repos/a/b/collaborators/x%2Fy/permission"


def test_only_what_leaves_the_same_behind_may_be_repeated():
    repeatable = {method: Call(method=method, route="/").may_repeat for method in ("GET", "PUT", "PATCH", "DELETE", "POST")}
    assert repeatable == {"GET": True, "PUT": True, "PATCH": True, "DELETE": True, "POST": False}
    assert Call(method="POST", route="/", repeatable=True).may_repeat
    assert not Call(method="PATCH", route="/", repeatable=False).may_repeat


@pytest.mark.parametrize(
    ("link", "query"),
    [
        ("", None),
        ('<https://h/x?page=1>; rel="prev"', None),
        ('<https://h/x?per_page=100&page=3>; rel="next", <https://h/x?page=9>; rel="last"', {"per_page": "100", "page": "3"}),
        ('<https://h/x?page=9>; rel="last", <https://h/x?after=Y3Vyc29y%3D&page=2>; rel="next"', {"after": "Y3Vyc29y=", "page": "2"}),
        ('<https://evil.example/steal?page=2>; rel="next"', {"page": "2"}),
        ("nonsense", None),
    ],
)
def test_a_link_to_the_next_page_gives_its_query_alone(link, query):
    assert next_page({"link": link} if link else {}) == query


def test_every_route_of_the_adapter_is_github_s_own():
    """The routes as they are written in the source, against the description."""
    import re
    from pathlib import Path

    import codeopt.adapters.github

    source = "".join(path.read_text() for path in Path(codeopt.adapters.github.__file__).parent.glob("*.py"))
    source = source.replace('_ONE + "/reactions"', '"/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions"')
    source = source.replace('_REACTIONS + "/{reaction_id}"', '"/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions/{reaction_id}"')
    used = set(re.findall(r'"(/(?:repos|app|installation)\b[^" ]*)"', source))
    assert used == {operation.path for operation in operations()}

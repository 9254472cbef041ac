from __future__ import annotations

import html
import json
import re

from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.github import EVENTS, PERMISSIONS, creation_page, manifest, read_host

WANTED = manifest(
    name="codeopt for acme",
    home_url="https://example.com",
    webhook_url="https://bot.example.com/webhook",
    redirect_url="https://bot.example.com/x",
)


def test_the_app_asks_for_no_more_than_it_needs():
    assert WANTED["default_permissions"] == {
        "checks": "write", "contents": "write", "issues": "write", "metadata": "read", "pull_requests": "write",
    }  # fmt: skip
    assert "workflows" not in PERMISSIONS
    assert WANTED["default_events"] == ["issue_comment", "pull_request", "push"] == list(EVENTS)
    assert WANTED["public"] is False
    assert WANTED["hook_attributes"] == {"url": "https://bot.example.com/webhook", "active": True}


def test_the_page_sends_the_manifest_where_apps_are_made():
    places = {
        None: "https://github.com/settings/apps/new?state=s%26t",
        "acme": "https://github.com/organizations/acme/settings/apps/new?state=s%26t",
    }
    for organisation, place in places.items():
        page = creation_page(WANTED, host=read_host(), state="s&t", organisation=organisation)
        assert html.unescape(re.search(r'action="([^"]*)"', page)[1]) == place
        assert json.loads(html.unescape(re.search(r'name="manifest" value="([^"]*)"', page)[1])) == WANTED


def test_an_enterprise_server_has_its_own_page():
    page = creation_page(WANTED, host=read_host("https://git.example.com/api/v3"), state="s")
    assert 'action="https://git.example.com/settings/apps/new?state=s"' in page


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_breaks_out_of_the_page(name, state):
    wanted = {**WANTED, "name": name}
    page = creation_page(wanted, host=read_host(), state=state, organisation=name or None)
    assert len(re.findall(r"<(\w+)", page)) == len(
        re.findall(r"<(\w+)", creation_page(WANTED, host=read_host(), state="s", organisation="x"))
    )
    assert json.loads(html.unescape(re.search(r'name="manifest" value="([^"]*)"', page)[1])) == wanted

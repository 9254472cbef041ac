from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeopt.adapters.github import GITHUB_API, read_host
from codeopt.errors import ConfigError
from codeopt.model.forge import RepositoryName

WIDGETS = RepositoryName(owner="acme", name="widgets")


@pytest.mark.parametrize(
    ("url", "api", "web"),
    [
        (GITHUB_API, "https://api.github.com", "https://github.com"),
        ("https://api.github.com/", "https://api.github.com", "https://github.com"),
        ("https://github.com", "https://api.github.com", "https://github.com"),
        ("https://git.example.com/api/v3", "https://git.example.com/api/v3", "https://git.example.com"),
        ("https://git.example.com/api/v3/", "https://git.example.com/api/v3", "https://git.example.com"),
        ("https://GIT.example.com", "https://git.example.com/api/v3", "https://git.example.com"),
        ("https://git.example.com:8443", "https://git.example.com:8443/api/v3", "https://git.example.com:8443"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com", "https://acme.ghe.com"),
        ("http://localhost:8080/api/v3", "http://localhost:8080/api/v3", "http://localhost:8080"),
        ("http://127.0.0.1:1234", "http://127.0.0.1:1234", "http://127.0.0.1:1234"),
        ("http://[::1]:1234", "http://[::1]:1234", "http://[::1]:1234"),
    ],
)
def test_api_and_repositories_have_their_addresses(url, api, web):
    host = read_host(url)
    assert (host.api_url, host.web_url) == (api, web)
    assert host.git_url(WIDGETS) == f"{web}/acme/widgets.git"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "is not the URL"),
        ("github.com", "is not the URL"),
        ("ftp://github.com", "is not the URL"),
        ("https://", "is not the URL"),
        ("https://[", "is not the URL"),
        ("https://h:99999", "is not the URL"),
        ("https://h/?a=b", "is not the URL"),
        ("https://ada:hunter2@git.example.com", "holds a user or password"),
        ("http://git.example.com", "without encryption"),
        ("http://10.0.0.1/api/v3", "without encryption"),
        ("https://git.example.com/api/v4", "is not the API"),
        ("https://github.com/acme/widgets", "is not the API"),
    ],
)
def test_other_addresses_are_told_in_one_line(url, said):
    with pytest.raises(ConfigError, match=said) as caught:
        read_host(url)
    assert "\n" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_an_address_or_an_error(text):
    try:
        host = read_host(text)
    except ConfigError as error:
        assert "\n" not in str(error)  # noqa: PT017
        return
    assert host.api_url.startswith(("https://", "http://localhost", "http://127.", "http://[::1]"))

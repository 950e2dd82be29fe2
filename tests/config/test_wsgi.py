"""The web entrance: whose word on a visitor's address is believed."""

from __future__ import annotations

from typing import Any

import pytest

from config.wsgi import behind


@pytest.mark.parametrize(
    ("proxies", "client", "seen"),
    [
        (["10.0.0.0/8"], "10.1.2.3", "203.0.113.9"),
        (["10.1.2.3"], "10.1.2.3", "10.0.0.5"),  # the next one is not believed
        (["10.0.0.0/8"], "198.51.100.7", "198.51.100.7"),
        ([], "10.1.2.3", "10.1.2.3"),
    ],
)
def test_address_of_a_visitor_is_what_trusted_proxies_say(
    proxies: list[str], client: str, seen: str
) -> None:
    def application(environ: dict[str, Any], start: Any) -> list[bytes]:
        return [environ["REMOTE_ADDR"].encode()]

    said = "192.0.2.66, 203.0.113.9, 10.0.0.5"  # the first one is the visitor's own invention
    environ = {"REMOTE_ADDR": client, "HTTP_X_FORWARDED_FOR": said}
    assert behind(application, proxies)(environ, None) == [seen.encode()]

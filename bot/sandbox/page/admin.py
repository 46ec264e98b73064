"""Links to the shop's front and into its administration lead to the page, which stands for WordPress."""

import re
from typing import Any
from urllib.parse import parse_qs

ORDER = re.compile(r"^/wp-admin/(admin|post)\.php$")


class AdminPages:
    """ASGI wrapper around the shop: ``/wp-admin/…&id=5567`` becomes the order on the page, ``/`` the page."""

    def __init__(self, app: Any, page_url: str) -> None:
        self.app, self.page_url = app, page_url

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not _is_for_people(scope):
            await self.app(scope, receive, send)
            return
        address = f"{self.page_url}/{_fragment(scope)}".encode()
        headers = [(b"location", address), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 302, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _is_for_people(scope: Any) -> bool:
    # Plugins hear webhooks at the front too, as /?wc-api=….
    front = scope["path"] == "/" and scope["method"] == "GET" and not scope["query_string"]
    return front or scope["path"].startswith("/wp-admin")


def _fragment(scope: Any) -> str:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    wanted = (query.get("id") or query.get("post") or [""])[0]
    return f"#order-{wanted}" if ORDER.match(scope["path"]) and wanted.isdecimal() else ""

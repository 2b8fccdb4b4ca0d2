"""``actions:``: calls over HTTP without Python (bot language 14.2).

What such a call may not do is decided here, before anything runs: only https, no placeholder in the host, no limit
above ours. Its texts read the parameters in ``takes``, the bot and the time: all that a call brings. ``secret.X``
stands in headers only: addresses are logged on their way, and bodies are kept by others.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from rbm_bots.botfile import scalars
from rbm_bots.botfile.kinds import Kind, field_kind
from rbm_bots.botfile.language.sections import HTTP, HTTP_METHODS
from rbm_bots.botfile.names import ACTION_NAME, NAME
from rbm_bots.botfile.reading.desk import Desk, Signature
from rbm_bots.botfile.reading.keys import Keys
from rbm_bots.botfile.reading.slots import read_field_types
from rbm_bots.botfile.reading.texts import EMPTY, read_fields, read_text
from rbm_bots.botfile.services import HttpAction
from rbm_bots.botfile.source import MapNode, Node, Scalar
from rbm_bots.botfile.text import Text

__all__ = ["read_http_action", "sign_http_action"]

_PICK: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_ALSO_READ: Final = ("bot", "now", "today")


def read_http_action(desk: Desk, key: Scalar, node: Node) -> None:
    """One entry of ``actions:``; Python of the same name stands in for it."""
    faults = desk.faults
    name = scalars.read_name(key, faults, ACTION_NAME)
    written = scalars.as_map(node, faults, "a map with «http»")
    if name is None or written is None:
        return
    keys = Keys(written, faults, HTTP)
    takes = read_field_types(desk, keys.get("takes"))
    names = {parameter: field_kind(kind) for parameter, kind in takes.items()}
    names |= {word: desk.kinds[word] for word in _ALSO_READ}
    with desk.only_named(names):
        request = _request(desk, keys)
    with desk.only_named({**names, "secret": Kind(name="record", parts=None)}):
        headers = read_fields(desk, keys.get("headers"))
    action = HttpAction(
        name=name,
        **request,
        headers=headers,
        **_answer(desk, keys),
        takes=takes,
        errors=_codes(desk, keys),
        timeout=keys.span("timeout") or timedelta(seconds=10),
        mark=written.mark,
    )
    desk.http[name] = action
    sign_http_action(desk, action)


def sign_http_action(desk: Desk, action: HttpAction) -> None:
    """What the action takes and may raise, unless Python of the same name stands in for it."""
    signature = Signature(
        name=action.name,
        parameters=dict.fromkeys(action.takes, True),
        types=action.takes,
        errors=frozenset(action.errors),
        in_address=_in_address(action),
    )
    desk.signatures.setdefault(action.name, signature)


def _in_address(action: HttpAction) -> frozenset[str]:
    """The parameters that stand in the address, where servers log them."""
    texts = [action.url, *(data.text for data in action.query.values() if data.text is not None)]
    templates = [template for text in texts for template in text.templates.values()]
    return frozenset(place.path[0] for template in templates for place in template.placeholders)


def _request(desk: Desk, keys: Keys) -> dict[str, Any]:
    method, url = _address(desk, keys.get("http"))
    json = keys.get("json")
    if json is not None and method == "GET":
        desk.faults.error(json.mark, "extra", "a GET has no body", "use «query», or POST")
    return {
        "method": method,
        "url": url,
        "query": read_fields(desk, keys.get("query"), use="url"),
        "json": read_fields(desk, json) if json is not None else None,
    }


def _address(desk: Desk, node: Node | None) -> tuple[str, Text]:
    words = scalars.read_words(node, desk.faults, "a method and an address") if node is not None else None
    if node is None or words is None:
        return "GET", EMPTY
    method, _, address = words.partition(" ")
    address = address.strip()
    host = re.split(r"[/?#]", address.partition("://")[2])[0]
    if method not in HTTP_METHODS:
        scalars.wrong(desk.faults, node, f"one of {' '.join(HTTP_METHODS)} and an address")
    elif not address.startswith("https://") or "{" in host or "@" in host or not _has_host(address):
        scalars.wrong(desk.faults, node, "an https address without a placeholder in its host")
    else:
        return method, read_text(desk, Scalar(node.mark, address, plain=False), "", use="url")
    return "GET", EMPTY


def _has_host(address: str) -> bool:
    try:
        return bool(urlsplit(address.replace("{{", "").replace("}}", "")).hostname)
    except ValueError:
        return False


def _codes(desk: Desk, keys: Keys) -> dict[str, int]:
    written = keys.map("errors", "a map of code to status")
    found = {}
    for key, value in written.pairs if written is not None else ():
        status = scalars.read_integer(value, desk.faults, 100, 599)
        if scalars.read_name(key, desk.faults, NAME) is not None and status is not None:
            found[key.text] = status
    return found


def _answer(desk: Desk, keys: Keys) -> dict[str, Any]:
    gives, pick = keys.get("gives"), keys.get("pick")
    fields: dict[str, str] = {}
    if isinstance(gives, MapNode):
        fields = read_field_types(desk, gives)
    elif gives is not None:
        scalars.read_word(gives, desk.faults, ("list",))
    path = pick.text if isinstance(pick, Scalar) and _PICK.fullmatch(pick.text) else ""
    if pick is not None and not path:
        scalars.wrong(desk.faults, pick, "a path like data.stores")
    return {
        "gives": fields,
        "gives_list": isinstance(gives, Scalar),
        "pick": tuple(path.split(".")) if path else (),
    }

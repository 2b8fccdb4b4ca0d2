"""How long and how many: the limits of a message, one value per GSMA profile. Lengths are Unicode code points.

Figures are those of RCC.07 v10 unless a profile says else. An operator may have its own: derive it with
``msgspec.structs.replace(V10, text=1000)``.
"""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["V8", "V10", "V11", "Limits", "Profile"]

Profile = Literal["v8", "v10", "v11"]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """The most that one profile allows. ``webview``: the page options of :class:`OpenUrl` exist (from v11 on)."""

    profile: Profile = "v10"
    text: int = 2500  # (field); the standard knows only an operator's maximum in bytes
    chips: int = 11
    card_suggestions: int = 4
    cards_least: int = 2
    cards: int = 10
    label: int = 25
    postback: int = 2048
    url: int = 2048
    url_parameters: int = 200
    card_title: int = 200
    card_text: int = 2000
    alt: int = 200
    place_label: int = 200
    map_label: int = 100
    map_query: int = 200
    calendar_title: int = 100
    calendar_description: int = 500
    compose_text: int = 100
    call_subject: int = 60
    webview: bool = False


V10 = Limits()
V8 = Limits(profile="v8", card_suggestions=11)
V11 = Limits(profile="v11", cards=12, webview=True)

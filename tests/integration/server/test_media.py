"""A bot's own media: public addresses in messages, files and nothing else on the wire."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from rbm_bots.messages import Card, Carousel, FileContent, Media, Message, OpenUrl, RichCard, Text, Thumbnail
from rbm_bots.paths import bots_dir
from rbm_bots.server.deployment import Deployment, load_deployment
from rbm_bots.server.media import add_media, published
from rbm_bots.settings import Settings

BASE = "https://bots.example"


def test_every_media_address_becomes_public() -> None:
    card = Card(
        title="A",
        media=Media(url="media://garage/a.png", mime_type="image/png", thumbnail=Thumbnail(url="media://garage/t.png")),
    )
    message = published(Message(content=Carousel(cards=(card, card))), public_url=BASE + "/")
    assert isinstance(message.content, Carousel)
    for shown in message.content.cards:
        assert shown.media is not None
        assert shown.media.thumbnail is not None
        assert (shown.media.url, shown.media.thumbnail.url) == (
            f"{BASE}/media/garage/a.png",
            f"{BASE}/media/garage/t.png",
        )


def test_a_name_is_written_as_an_address() -> None:
    message = published(Message(content=FileContent(url="media://garage/devis/été #1?.pdf")), public_url=BASE)
    assert isinstance(message.content, FileContent)
    assert message.content.url == f"{BASE}/media/garage/devis/%C3%A9t%C3%A9%20%231%3F.pdf"


def test_everything_else_stays_as_it_was() -> None:
    chip = OpenUrl(label="Site", url="https://a.example/media://x", postback="p")
    for content in (Text(text="media://garage/a.png"), RichCard(card=Card(title="media://x"))):
        message = Message(content=content, chips=(chip,), sms="media://garage/a.png")
        assert published(message, public_url=BASE) == message


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    """The garage, as if it lay in a folder with one picture, a secret beside it and a link to that secret."""
    loaded = load_deployment(
        Settings(
            applications={"APP1": {"client_id": "APP1", "client_secret": "s"}},
            bots={
                "main": {"path": str(bots_dir() / "garage"), "application": "APP1", "webhook_auth": {"kind": "none"}}
            },
        )
    )
    media = tmp_path / "media"
    media.mkdir()
    (media / "été 1.png").write_bytes(b"picture")
    (tmp_path / "actions.py").write_text("secret", encoding="utf-8")
    (media / "link").symlink_to(tmp_path / "actions.py")
    bot = loaded.bots["main"]
    return replace(loaded, bots={"main": replace(bot, bot=replace(bot.bot, folder=tmp_path))})


async def test_files_are_served_and_nothing_beside_them(deployment: Deployment) -> None:
    app = web.Application()
    add_media(app, deployment)
    public = published(Message(content=FileContent(url="media://garage/été 1.png")), public_url="")
    assert isinstance(public.content, FileContent)
    async with TestClient(TestServer(app)) as client:
        answer = await client.get(public.content.url)
        assert (answer.status, await answer.read()) == (200, b"picture")
        for path in (
            "/media/garage/",
            "/media/garage/../actions.py",
            "/media/garage/%2e%2e/actions.py",
            "/media/garage/link",
            "/media/garage//etc/passwd",
            "/media/garage/a%00b",
            "/media/other/été 1.png",
        ):
            assert (await client.get(path)).status in (403, 404), path


async def test_a_folder_made_while_the_server_runs_is_served(deployment: Deployment, tmp_path: Path) -> None:
    (tmp_path / "media").rename(tmp_path / "away")
    app = web.Application()
    add_media(app, deployment)
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/media/garage/new.png")).status == 404
        (tmp_path / "media").mkdir()
        (tmp_path / "media" / "new.png").write_bytes(b"new")
        answer = await client.get("/media/garage/new.png")
        assert (answer.status, await answer.read(), answer.content_type) == (200, b"new", "image/png")

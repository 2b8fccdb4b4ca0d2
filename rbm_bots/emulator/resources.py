"""The operator's resources: messages, statuses, capabilities, files, tokens; at each prefix clients are known to use.

The order of a call: application's credentials → does the resource exist → quota → bot's token → the work. A trailing
slash is the same resource; the bot id may come percent-encoded or raw.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import BodyPartReader, MultipartReader, web

from rbm_bots.addresses import read_msisdn
from rbm_bots.clock import rfc3339
from rbm_bots.emulator.bulk import BulkChecks
from rbm_bots.emulator.calls import Call, Calls, Reply
from rbm_bots.emulator.courier import Courier
from rbm_bots.emulator.files import Files, UploadPart
from rbm_bots.emulator.platform import Platform
from rbm_bots.emulator.refusals import CallRefused, by_gateway, by_platform
from rbm_bots.emulator.validate import check_msisdn, read_send, read_status

__all__ = ["PREFIXES", "Resources"]

PREFIXES = ("/bothub/v1/gsma", "/bothub/v1", "")

_Work = Callable[[Call, str, list[str]], Awaitable[Reply]]


class Resources:
    """E1 to E8 and the token endpoints."""

    def __init__(self, platform: Platform, courier: Courier, files: Files, bulk: BulkChecks) -> None:
        self._platform, self._settings, self._clock = platform, platform.settings, platform.clock
        self._courier, self._files, self._bulk = courier, files, bulk
        self._calls = Calls(platform)
        self._works: dict[tuple[str, ...], dict[str, _Work]] = {
            ("messages",): {"POST": self._send},
            ("messages", "*", "status"): {"GET": self._show_status, "PUT": self._change_status},
            ("contactCapabilities",): {"GET": self._capabilities},
            ("bulkContactCapabilities",): {"POST": self._bulk_start, "GET": self._bulk_result},
            **{(name,): {"POST": self._upload} for name in ("files", "fileuploads")},
            **{(name, "*"): {"GET": self._show_file, "DELETE": self._delete_file} for name in ("files", "fileuploads")},
        }

    def add_routes(self, app: web.Application) -> None:
        """Mount everything an operator serves."""
        for prefix in PREFIXES:
            app.router.add_route("*", prefix + "/bot/{version}/{bot}/{path:.*}", self._handle)
        if self._settings.auth == "orange":
            app.router.add_post("/oauth/v3/token", self._handle_token)
        else:
            app.router.add_post("/oauth2/v1/token", self._handle_token)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        found = request.match_info
        path = found["path"].strip("/")
        call = Call(request=request, bot=found["bot"], version=found["version"], path=path)
        return await self._calls.serve(call, self._work)

    async def _handle_token(self, request: web.Request) -> web.StreamResponse:
        return await self._calls.serve(Call(request=request, path=request.path.strip("/")), self._token)

    async def _token(self, call: Call) -> Reply:
        office = self._platform.gateway.tokens
        give = office.gateway_token if self._settings.auth == "orange" else office.bot_token
        return Reply(status=200, data=give(call.request.headers, call.body, self._clock.now()))

    async def _work(self, call: Call) -> Reply:
        gateway, headers, now = self._platform.gateway, call.request.headers, self._clock.now()
        application = gateway.application(headers, call.bot, now)
        work, names = self._find(call)
        if self._counts(call, work):
            gateway.admit(application, now)
        gateway.bot(headers, call.bot, now)
        self._platform.meet(call.bot)
        return await work(call, application, names)

    def _find(self, call: Call) -> tuple[_Work, list[str]]:
        """The resource and the ids in its path. Raises ``CallRefused``: 404, 405."""
        parts = call.path.split("/")
        for pattern, methods in self._works.items():
            if len(pattern) == len(parts) and all(
                want in ("*", part) for want, part in zip(pattern, parts, strict=True)
            ):
                wanted = (
                    self._settings.bulk_version if pattern[0].startswith("bulk") else self._settings.messages_version
                )
                if call.version != wanted and (self._settings.strict or call.version not in ("v1", "v2")):
                    raise by_gateway(404, 60)
                if call.request.method not in methods:
                    raise by_gateway(405, 61)
                return methods[call.request.method], [
                    part for want, part in zip(pattern, parts, strict=True) if want == "*"
                ]
        raise by_gateway(404, 60)

    def _counts(self, call: Call, work: _Work) -> bool:
        scope = self._settings.quota_scope
        if scope == "all":
            return True
        return work == self._send and not (scope == "no_typing" and b'"isTyping"' in call.body)

    def _want_json(self, call: Call) -> None:
        if self._settings.strict and call.request.content_type != "application/json":
            raise by_gateway(415, 68)

    async def _send(self, call: Call, application: str, _names: list[str]) -> Reply:
        self._want_json(call)
        posted = read_send(call.body, self._settings, self._clock.now())
        reply = {"status": "pending", "timestamp": rfc3339(self._clock.now())}
        if posted.typing is None:
            reply = {"msgId": self._courier.send(call.bot, application, posted).msg_id, **reply}
        else:
            msg_id = self._courier.typing(call.bot, posted)
            reply = {"msgId": msg_id, **reply} if self._settings.typing_msgid else reply
        return Reply(status=self._settings.send_status, data={"RCSMessage": reply, "messageContact": posted.contact})

    async def _show_status(self, call: Call, _application: str, names: list[str]) -> Reply:
        found = self._platform.find(call.bot, names[0])
        if found is None or found[1].sender != "bot":
            raise _unknown_message()
        message = found[1]
        shown = {"msgId": message.msg_id, "status": message.status, "timestamp": rfc3339(message.changed_at)}
        return Reply(status=200, data={"RCSMessage": shown})

    async def _change_status(self, call: Call, _application: str, names: list[str]) -> Reply:
        self._want_json(call)
        word = read_status(call.body, self._settings)
        found = self._platform.find(call.bot, names[0])
        if found is None or (found[1].sender == "person") != (word == "displayed"):
            raise _unknown_message()
        phone, message = found
        if word == "displayed":
            message.status, message.changed_at = "displayed", self._clock.now()
            self._platform.changes.tell(phone.key)
        else:
            self._courier.revoke(phone, message)
        return Reply(status=204) if self._settings.put_status_reply == 204 else Reply(status=200, data={})

    async def _capabilities(self, call: Call, _application: str, _names: list[str]) -> Reply:
        query = call.request.query
        named = [name for name in ("userContact", "chatId") if query.get(name)]
        if len(named) != 1:
            raise by_platform(42004, "Name exactly one of userContact and chatId")
        if named[0] == "chatId":
            phone = self._platform.phones.of_chat_id(query["chatId"])
        else:
            written = query["userContact"]
            number = read_msisdn(written) if written.startswith(" ") else written  # a raw + became a blank
            phone = self._platform.phones.of_msisdn(check_msisdn(number))
        found = self._platform.capabilities(call.bot, phone)
        if not found and self._settings.caps_not_rcs == "404":
            raise by_platform(41110)
        return Reply(status=200, data={"capabilities": list(found)})

    async def _bulk_start(self, call: Call, _application: str, _names: list[str]) -> Reply:
        self._bulk.check_slot("POST")
        self._want_json(call)
        status, data = self._bulk.start(call.bot, call.body)
        return Reply(status=status, data=data)

    async def _bulk_result(self, call: Call, _application: str, _names: list[str]) -> Reply:
        self._bulk.check_slot("GET")
        status, data = self._bulk.result(call.bot)
        return Reply(status=status, data=data)

    async def _upload(self, call: Call, _application: str, _names: list[str]) -> Reply:
        parts = await _parts(call.request, most=self._settings.file_max_bytes)
        call.recorded = {
            name: f"{len(part.content)} bytes" if part.filename is not None else part.text
            for name, part in parts.items()
        }
        return Reply(status=self._settings.file_reply, data=self._files.add(call.bot, parts))

    async def _show_file(self, call: Call, _application: str, names: list[str]) -> Reply:
        return Reply(status=200, data=self._files.show(call.bot, names[0]))

    async def _delete_file(self, call: Call, _application: str, names: list[str]) -> Reply:
        self._files.delete(call.bot, names[0])
        return Reply(status=204)


def _unknown_message() -> CallRefused:
    return by_platform(42002, "The message is not known", http=404)


async def _parts(request: web.Request, *, most: int) -> dict[str, UploadPart]:
    """The parts of a multipart upload, in whatever order. Raises ``CallRefused``: 415, 413, 400."""
    if request.content_type != "multipart/form-data":
        raise by_gateway(415, 68)
    parts: dict[str, UploadPart] = {}
    reader = MultipartReader(request.headers, request.content, client_max_size=most, max_size_error_cls=OverflowError)
    try:
        async for part in reader:
            if isinstance(part, BodyPartReader) and part.name:
                parts[part.name] = UploadPart(content=bytes(await part.read()), filename=part.filename)
                most -= len(parts[part.name].content)
                if most < 0:
                    raise by_gateway(413, 66)
    except OverflowError:
        raise by_gateway(413, 66) from None
    except (ValueError, AssertionError) as wrong:
        raise by_platform(42002, "The multipart body cannot be read") from wrong
    return parts

"""The bodies of the webhook events, member for member as platforms send them; ``event`` is always there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rbm_bots.clock import rfc3339
from rbm_bots.emulator.phones import Message
from rbm_bots.emulator.settings import EmulatorSettings

__all__ = [
    "alias_event",
    "content_event",
    "file_event",
    "new_user_event",
    "response_event",
    "status_event",
    "typing_event",
]

_START_WORD = "new_bot_user_initiation"


def content_event(msg_id: str, content: dict[str, Any], contact: dict[str, str], at: datetime) -> dict[str, Any]:
    """The person sent text, a file, audio or a location."""
    message = {"msgId": msg_id, **content, "timestamp": rfc3339(at)}
    return {"RCSMessage": message, "messageContact": contact, "event": "message"}


def response_event(msg_id: str, answer: dict[str, Any], contact: dict[str, str], at: datetime) -> dict[str, Any]:
    """The person tapped (``answer`` holds ``suggestedResponse``) or shared device data (``sharedData``)."""
    return {**content_event(msg_id, answer, contact, at), "event": "response"}


def new_user_event(msg_id: str, contact: dict[str, str], at: datetime, *, language: str) -> dict[str, Any]:
    """The person tapped «start chat»; ``language`` is appended to the start word when there is one."""
    word = f"{_START_WORD}_{language}" if language else _START_WORD
    reply = {"displayText": "Start Chat", "postback": {"data": word}}
    answer = {"suggestedResponse": {"response": {"reply": reply}}}
    return {**content_event(msg_id, answer, contact, at), "event": "newUser"}


def typing_event(state: str, contact: dict[str, str], at: datetime) -> dict[str, Any]:
    """The person types, or stopped."""
    message = {"isTyping": state, "timestamp": rfc3339(at)}
    return {"RCSMessage": message, "messageContact": contact, "event": "isTyping"}


def alias_event(msg_id: str, contact: dict[str, str], at: datetime) -> dict[str, Any]:
    """The person revealed the number behind a chat id; ``contact`` holds both."""
    message = {"msgId": msg_id, "timestamp": rfc3339(at)}
    return {"RCSMessage": message, "messageContact": contact, "event": "alias"}


def file_event(file: dict[str, Any]) -> dict[str, Any]:
    """An uploaded file is ready, or failed."""
    return {"file": file, "event": "fileStatus"}


def status_event(message: Message, settings: EmulatorSettings) -> dict[str, Any]:
    """The state of a bot's message; a failure's reason stands where the setting puts it."""
    body: dict[str, Any] = {
        "msgId": message.msg_id,
        "status": message.status,
        "timestamp": rfc3339(message.changed_at),
    }
    event: dict[str, Any] = {"RCSMessage": body}
    if message.reason is not None:
        match settings.failure_reason_place:
            case "top":
                event["reason"] = message.reason
            case "message":
                body["reason"] = message.reason
            case "message_text":
                body["reason"] = message.reason["text"]
    return {**event, "messageContact": message.contact, "event": "messageStatus"}

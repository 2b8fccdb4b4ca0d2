"""The neutral message: contents, suggestions, limits, postback data, degradation. Pure."""

from __future__ import annotations

from rbm_bots.messages.check import MessageFaulty, faults, require_valid
from rbm_bots.messages.content import (
    Audio,
    Card,
    Carousel,
    Content,
    FileContent,
    Media,
    Message,
    Place,
    RichCard,
    Text,
    Thumbnail,
    TrafficType,
)
from rbm_bots.messages.degrade import Degraded, degrade, map_link
from rbm_bots.messages.faults import MessageFault
from rbm_bots.messages.limits import V8, V10, V11, Limits, Profile
from rbm_bots.messages.postback import Postback, read_postback
from rbm_bots.messages.suggestions import (
    Action,
    CalendarEvent,
    ComposeRecording,
    ComposeText,
    Dial,
    DialEnriched,
    DialVideo,
    DisableAnonymization,
    EnableDisplayed,
    OpenUrl,
    Reply,
    RequestDevice,
    RequestLocation,
    ShowPlace,
    Suggestion,
)

__all__ = [
    "V8",
    "V10",
    "V11",
    "Action",
    "Audio",
    "CalendarEvent",
    "Card",
    "Carousel",
    "ComposeRecording",
    "ComposeText",
    "Content",
    "Degraded",
    "Dial",
    "DialEnriched",
    "DialVideo",
    "DisableAnonymization",
    "EnableDisplayed",
    "FileContent",
    "Limits",
    "Media",
    "Message",
    "MessageFault",
    "MessageFaulty",
    "OpenUrl",
    "Place",
    "Postback",
    "Profile",
    "Reply",
    "RequestDevice",
    "RequestLocation",
    "RichCard",
    "ShowPlace",
    "Suggestion",
    "Text",
    "Thumbnail",
    "TrafficType",
    "degrade",
    "faults",
    "map_link",
    "read_postback",
    "require_valid",
]

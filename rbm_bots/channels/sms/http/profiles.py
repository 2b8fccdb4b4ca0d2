"""Known gateways as data: how each is called, what it answers, and what it tells our webhooks.

Kannel splits long texts by itself, but then asks for a report of the first part only; parts are billed one by one, so
they are sent one by one, each with its own header. Orange's Contact Everyone and its SMS interface for developers
(Africa and Middle East) take texts whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict

from rbm_bots.channels.sms.address import NumberForm
from rbm_bots.channels.sms.http.settings import (
    AnswerSettings,
    HttpTransportSettings,
    MessageSettings,
    ProfileName,
    ReportSettings,
    RequestSettings,
)
from rbm_bots.channels.sms.transport import TransportCaps

__all__ = ["PROFILES", "Profile", "profile_of"]


class Profile(BaseModel):
    """One gateway's manner of speaking. ``needs``: settings that it cannot do without; ``url``: where it always is."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    request: RequestSettings = RequestSettings()
    answer: AnswerSettings = AnswerSettings()
    report: ReportSettings = ReportSettings()
    message: MessageSettings = MessageSettings()
    number_form: NumberForm = "plus"
    caps: TransportCaps = TransportCaps(alias_recipient=True)
    url: str = ""
    oauth_url: str = ""
    needs: tuple[str, ...] = ("url",)


_KANNEL: Final = Profile(
    request=RequestSettings(
        method="GET",
        query={
            "username": "{username}",
            "password": "{password}",
            "from": "{sender}",
            "to": "{to}",
            "text": "{text}",
            "charset": "UTF-8",
            "coding": "{coding}",
            "udh": "{udh}",
            "validity": "{validity_minutes}",
            "dlr-mask": "31",
            "dlr-url": "{report_url}",
        },
    ),
    answer=AnswerSettings(taken=r"^\s*[03]:"),
    report=ReportSettings(
        query="state=%d",
        states={"1": "delivered", "2": "failed", "4": "buffered", "8": "submitted", "16": "failed"},
    ),
    message=MessageSettings(charset="charset", sent="time"),
    needs=("url", "username", "password"),
)

_CONTACT_EVERYONE: Final = Profile(
    request=RequestSettings(
        url="{url}/api/light/diffusions/sms",
        query={
            "token": "{token}",
            "to": "{to}",
            "msg": "{text}",
            "diffusionname": "{id}",
            "category": "{category}",
            "xcharset": "true",
        },
    ),
    answer=AnswerSettings(id_text=r'^\s*"?([\w.-]+)"?\s*$', codes=("code",)),
    number_form="bare",
    caps=TransportCaps(takes_parts=False, reports=False, inbound=False, validity=False),
    url="https://contact-everyone.orange-business.com",
    needs=("token",),
)

_ORANGE_DEVELOPER: Final = Profile(
    request=RequestSettings(
        url="{url}/smsmessaging/v1/outbound/tel%3A{sender}/requests",
        body={
            "outboundSMSMessageRequest": {
                "address": "tel:{to}",
                "senderAddress": "tel:{sender}",
                "senderName": "{sender_name}",
                "outboundSMSTextMessage": {"message": "{text}"},
            }
        },
    ),
    answer=AnswerSettings(
        id="outboundSMSMessageRequest.resourceURL",
        id_text=r"([^/]+)/*$",
        codes=("requestError.serviceException.messageId", "requestError.policyException.messageId", "code"),
    ),
    report=ReportSettings(
        id="",
        reference="deliveryInfoNotification.callbackData",
        state="deliveryInfoNotification.deliveryInfo.deliveryStatus",
        states={
            "DeliveredToNetwork": "submitted",
            "MessageWaiting": "buffered",
            "DeliveredToTerminal": "delivered",
            "DeliveryImpossible": "failed",
            "DeliveryUncertain": "unknown",
        },
    ),
    message=MessageSettings(
        id="inboundSMSMessageNotification.inboundSMSMessage.messageId",
        sender="inboundSMSMessageNotification.inboundSMSMessage.senderAddress",
        to="inboundSMSMessageNotification.inboundSMSMessage.destinationAddress",
        text="inboundSMSMessageNotification.inboundSMSMessage.message",
        sent="inboundSMSMessageNotification.inboundSMSMessage.dateTime",
    ),
    caps=TransportCaps(takes_parts=False, validity=False),
    url="https://api.orange.com",
    oauth_url="https://api.orange.com/oauth/v3/token",
    needs=("username", "password"),
)

PROFILES: Final[Mapping[ProfileName, Profile]] = {
    "plain": Profile(needs=()),
    "kannel": _KANNEL,
    "contact-everyone": _CONTACT_EVERYONE,
    "orange-developer": _ORANGE_DEVELOPER,
}


def profile_of(settings: HttpTransportSettings) -> Profile:
    """The profile with the tables that the settings replace."""
    replaced = {
        name: value
        for name in ("request", "answer", "report", "message", "number_form")
        if (value := getattr(settings, name)) is not None
    }
    addresses = {name: value for name in ("url", "oauth_url") if (value := getattr(settings, name))}
    return PROFILES[settings.profile].model_copy(update=replaced | addresses)

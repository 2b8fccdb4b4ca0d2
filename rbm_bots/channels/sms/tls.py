"""TLS around a link whose protocol has none: UCP and SMPP at aggregators, which want it in place of a tunnel."""

from __future__ import annotations

import ssl
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from rbm_bots.errors import SettingsError

__all__ = ["TlsSettings"]


class TlsSettings(BaseModel):
    """How a link is encrypted. An empty table will do: the centre's certificate is then checked against public roots.

    The other side is always checked; there is no setting against it. A certificate of its own making is named as
    ``roots``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    roots: Path | None = Field(default=None, description="file (PEM) of the roots that the centre's certificate is of")
    server_name: str = Field(default="", description="name in the centre's certificate, when it is not the host")
    certificate: Path | None = Field(default=None, description="file (PEM) of our own certificate, when one is wanted")
    key: Path | None = Field(default=None, description="file (PEM) of its key; without it in the certificate's file")

    @model_validator(mode="after")
    def _key_has_a_certificate(self) -> TlsSettings:
        if self.key is not None and self.certificate is None:
            raise ValueError("a key wants its certificate")
        return self

    def context(self) -> ssl.SSLContext:
        """What a connection is opened with. Raises ``SettingsError`` for a file that cannot be used."""
        try:
            context = ssl.create_default_context(cafile=self.roots)
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key, password=lambda: "")  # never ask a terminal
        except OSError as fault:  # an SSLError is one
            why = fault.strerror or "it is none"
            raise SettingsError(f"a certificate cannot be used: {why}", where="tls") from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def name_of(self, host: str) -> str:
        """What the centre's certificate must be for."""
        return self.server_name or host

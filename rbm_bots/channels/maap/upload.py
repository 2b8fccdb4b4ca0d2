"""The multipart body of a file upload: ``fileType``, ``until``, then ``fileContent`` or ``fileUrl`` (field).

The order is the one that known platforms' clients use. The boundary is made from the content, so the same upload is
the same bytes.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

from rbm_bots.clock import rfc3339

__all__ = ["upload_body"]


def upload_body(
    *, mime_type: str, until: datetime, content: bytes | None = None, name: str = "file", url: str | None = None
) -> tuple[bytes, str]:
    """The body and its content type. Exactly one of ``content`` and ``url``, else ``ValueError``."""
    if (content is None) == (url is None):
        raise ValueError("an upload has either a content or a url")
    parts = [_field("fileType", mime_type), _field("until", rfc3339(until))]
    if content is not None:
        shown = quote(name, safe=" !#$&'()+,-.;=@[]^_`{}~")
        head = f'Content-Disposition: form-data; name="fileContent"; filename="{shown}"\r\nContent-Type: {mime_type}'
        parts.append(head.encode("ascii") + b"\r\n\r\n" + content)
    elif url is not None:
        parts.append(_field("fileUrl", url))
    boundary = sha256(b"\0".join(parts)).hexdigest()
    mark = b"--" + boundary.encode("ascii")
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"
    return body, f"multipart/form-data; boundary={boundary}"


def _field(name: str, value: str) -> bytes:
    return f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()

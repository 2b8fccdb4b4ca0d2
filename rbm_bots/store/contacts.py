"""Contacts, their addresses and the vault. A number is read from the vault by delivery and dealiasing alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from rbm_bots.addresses import Address
from rbm_bots.errors import SealBroken
from rbm_bots.ids import ContactId, new_contact_id, new_contact_ids
from rbm_bots.store.base import insert_new, table
from rbm_bots.store.bulk import insert_many
from rbm_bots.store.seal import Seal
from rbm_bots.store.tables import AddressRow, ContactRow, ConversationRow, InboxRow, OptRow, TimerRow, VaultRow

__all__ = [
    "NUMBER",
    "contact_of",
    "contacts_of",
    "ensure_contact",
    "ensure_contacts",
    "join_contacts",
    "read_addresses",
]

NUMBER = b"vault.sealed"  # the purpose numbers are sealed for

_address = table(AddressRow)
_contact = table(ContactRow)
_vault = table(VaultRow)


def contact_of(connection: Connection, index: str) -> ContactId | None:
    """Whose address has this HMAC index; ``None`` for a stranger."""
    found = connection.execute(
        select(_address.c.contact_id).where(_address.c.hmac_index == index).order_by(_address.c.epoch.desc()).limit(1)
    ).scalar_one_or_none()
    return ContactId(found) if found is not None else None


def ensure_contact(connection: Connection, seal: Seal, *, kind: str, address: str, now_ms: int) -> ContactId:
    """The contact of an address, made when it is a stranger's."""
    index = seal.index(kind, address)
    known = contact_of(connection, index)
    if known is not None:
        return known
    made = new_contact_id()
    connection.execute(insert_new(connection, _address), {"hmac_index": index, "epoch": 0, "contact_id": made})
    winner = contact_of(connection, index)
    if winner != made:
        assert winner is not None
        return winner
    connection.execute(insert(_contact), {"contact_id": made, "created_at": now_ms})
    _keep(connection, seal, made, kind, address)
    return made


def ensure_contacts(connection: Connection, seal: Seal, numbers: Sequence[str], *, now_ms: int) -> dict[str, ContactId]:
    """The contact of each E.164 number, those of strangers made; a few statements whatever their count.

    At most some hundred numbers at once: each is a parameter of a statement.
    """
    indexes = {number: seal.index("msisdn", number) for number in numbers}
    known = contacts_of(connection, indexes.values())
    strangers = [number for number, index in indexes.items() if index not in known]
    made = dict(zip(strangers, new_contact_ids(len(strangers)), strict=True))
    if made:
        rows = sorted((indexes[number], 0, contact) for number, contact in made.items())
        found = {index: contact for index, _, contact in rows}
        if insert_many(connection, _address, ("hmac_index", "epoch", "contact_id"), rows) < len(rows):
            found = contacts_of(connection, found)  # another process was quicker with some of them
        known |= found
        mine = [(contact, number) for number, contact in made.items() if known[indexes[number]] == contact]
        _keep_all(connection, seal, sorted(mine), now_ms=now_ms)
    return {number: known[index] for number, index in indexes.items()}


def contacts_of(connection: Connection, indexes: Iterable[str]) -> dict[str, ContactId]:
    """Whose addresses have these HMAC indexes; strangers are left out."""
    rows = connection.execute(
        select(_address.c.hmac_index, _address.c.contact_id)
        .where(_address.c.hmac_index.in_(list(indexes)))
        .order_by(_address.c.epoch)
    )
    return {row.hmac_index: ContactId(row.contact_id) for row in rows}


def _keep_all(connection: Connection, seal: Seal, people: Sequence[tuple[ContactId, str]], *, now_ms: int) -> None:
    rows = [(contact, now_ms) for contact, _ in people]
    new = insert_many(connection, _contact, ("contact_id", "created_at"), rows)
    assert new == len(people), "an id was drawn twice"
    sealed = [(contact, "msisdn", seal.close(number.encode(), purpose=NUMBER)) for contact, number in people]
    insert_many(connection, _vault, ("contact_id", "kind", "sealed"), sealed)


def read_addresses(
    connection: Connection, seal: Seal, wanted: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Address | None]:
    """The address to answer to for each (contact, identity last seen): that identity, else any other of the person.

    ``None``: the person has no address (any more), or it was sealed with other keys.
    """
    rows = connection.execute(
        select(_vault.c.contact_id, _vault.c.kind, _vault.c.sealed)
        .where(_vault.c.contact_id.in_({contact for contact, _ in wanted}))
        .order_by(_vault.c.kind)
    )
    kinds: dict[str, dict[str, bytes]] = {}
    for row in rows:
        kinds.setdefault(row.contact_id, {})[row.kind] = row.sealed
    return {(contact, via): _open(seal, kinds.get(contact, {}), via) for contact, via in wanted}


def _open(seal: Seal, sealed: Mapping[str, bytes], via: str) -> Address | None:
    kind = via if via in sealed else next(iter(sealed), None)
    if kind is None:
        return None
    try:
        value = seal.open(sealed[kind], purpose=NUMBER).decode()
    except SealBroken:
        return None
    return Address(msisdn=value) if kind == "msisdn" else Address(chat_id=value)


def join_contacts(connection: Connection, seal: Seal, *, address: Address, now_ms: int) -> ContactId | None:
    """A chat id turned out to be a number's (event «alias»): both become one contact.

    The number's contact stays; the chat id's contact is linked to it, its open talks end, its opt-outs count for
    both. A number never seen before joins the chat id's contact, and nothing else changes. Past charges stay where
    they are.
    """
    if not (address.msisdn and address.chat_id):
        return None
    chat = ensure_contact(connection, seal, kind="chat", address=address.chat_id, now_ms=now_ms)
    number_index = seal.index("msisdn", address.msisdn)
    number = contact_of(connection, number_index)
    if number is None:
        connection.execute(
            insert_new(connection, _address), {"hmac_index": number_index, "epoch": 0, "contact_id": chat}
        )
        _keep(connection, seal, chat, "msisdn", address.msisdn)
        return chat
    if number != chat:
        _move(connection, chat=chat, number=number)
        _keep(connection, seal, number, "chat", address.chat_id)
    return number


def _keep(connection: Connection, seal: Seal, contact: ContactId, kind: str, address: str) -> None:
    sealed = seal.close(address.encode(), purpose=NUMBER)
    connection.execute(insert_new(connection, _vault), {"contact_id": contact, "kind": kind, "sealed": sealed})


def _move(connection: Connection, *, chat: ContactId, number: ContactId) -> None:
    conversation, inbox, timer, opt = (table(row) for row in (ConversationRow, InboxRow, TimerRow, OptRow))
    connection.execute(update(_address).where(_address.c.contact_id == chat).values(contact_id=number))
    connection.execute(update(_contact).where(_contact.c.contact_id == chat).values(linked_to=number))
    connection.execute(
        update(conversation).where(conversation.c.contact_id == chat).values(session=None, waiting_for=None)
    )
    connection.execute(delete(timer).where(timer.c.contact_id == chat))
    connection.execute(update(inbox).where(inbox.c.contact_id == chat).values(contact_id=number, due_at=0))
    kept = select(opt.c.brand, opt.c.kind, opt.c.at, opt.c.proof).where(opt.c.contact_id == chat)
    for row in connection.execute(kept).all():
        copied = {"brand": row.brand, "contact_id": number, "kind": row.kind, "at": row.at, "proof": row.proof}
        connection.execute(insert_new(connection, opt), copied)

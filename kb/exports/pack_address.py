"""A reading list in an address: everything of it, compressed, with a check sum.

An address holds versions and no ids: whose they are, the compendium knows. It looks so:

    A    which form this is, and a mark for people who look at it
    …    base64url of the bytes below
    z    the end, so that a cut is seen

    4 bytes      the first of the SHA-256 over the rest
    1 byte       how many items there are
    6 bytes      for each of them: its version
    the rest     Brotli of the title, the introduction and the notes, between them U+001F

Brotli has a dictionary of common English and other words of its own, fixed by RFC 7932, so that
short texts shrink to about a third, and an address of today is read for as long as there are
decoders. Twenty items with notes of 200 letters each take some 2,200 characters.

Nothing of an address is trusted: it is no longer than ``MAX_LENGTH``, is opened to so many bytes
at most, and has to be what ``address_of`` makes of such a list, sign for sign in its texts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import replace

import brotli

from kb.errors import PackError
from kb.model.case_versions import SHORT
from kb.model.packs import (
    MAX_INTRODUCTION,
    MAX_ITEMS,
    MAX_NOTE,
    MAX_TITLE,
    Pack,
    PackItem,
    as_line,
    as_paragraphs,
    is_version,
)

#: The form of addresses that is written here, and the sign at their end.
FORM, END = "A", "z"
#: The longest address that is written or read, in characters.
MAX_LENGTH = 2600
#: Longer ones are cut by some programs: word processors take links of up to 2,079 characters.
LONG = 2000

_SEPARATOR = "\x1f"
_SUM, _COUNT, _DIGEST = 4, 1, SHORT // 2
#: An address opens to no more bytes: a thousandfold of what compresses well fits in no list.
_MAX_TEXT = 4 * (MAX_TITLE + MAX_INTRODUCTION + MAX_ITEMS * MAX_NOTE) + MAX_ITEMS + 1
_ADDRESS = re.compile(r"[A-Za-z0-9_-]+")

_MADE_ANEW = "Ask whoever sent it for the link again, or open the list from its file."


def address_of(pack: Pack) -> str:
    """The last part of the address of a reading list; every item has a version.

    What makes a session of it is left out.

    Raises:
        PackError: it does not fit, or an item has no version, or a text is not as a list keeps it.
    """
    _check(pack)
    if unpinned := [item.case for item in pack.items if not is_version(item.version)]:
        raise PackError(f"{unpinned[0]!r} must name a version, or the list would change.")
    texts = (pack.title, pack.introduction, *(item.note for item in pack.items))
    packed = b"".join(
        (
            bytes([len(pack.items)]),
            *(bytes.fromhex(item.version) for item in pack.items),
            brotli.compress(_SEPARATOR.join(texts).encode(), mode=brotli.MODE_TEXT, quality=11),
        )
    )
    whole = base64.urlsafe_b64encode(_sum(packed) + packed).rstrip(b"=").decode()
    address = f"{FORM}{whole}{END}"
    if len(address) > MAX_LENGTH:
        raise PackError(
            f"This list is too long for a link: it would have {len(address):,} characters, and "
            f"{MAX_LENGTH:,} fit. Shorten the notes, or keep the list as a file."
        )
    return address


def fits(pack: Pack) -> bool:
    """Whether a list has an address."""
    try:
        address_of(pack)
    except PackError:
        return False
    return True


def pack_at(address: str) -> Pack:
    """The reading list that an address holds; its items have versions and no ids.

    Raises:
        PackError: it is too long, cut off, changed, or of a later form.
    """
    packed = _opened(address)
    count = packed[0]
    texts_at = _COUNT + count * _DIGEST
    digests = [packed[at : at + _DIGEST].hex() for at in range(_COUNT, texts_at, _DIGEST)]
    title, introduction, *notes = _texts(packed[texts_at:])
    if len(notes) != count or len(packed) < texts_at:
        raise _damaged()
    pack = Pack(
        title=title,
        introduction=introduction,
        items=tuple(
            PackItem(version=version, note=note)
            for version, note in zip(digests, notes, strict=True)
        ),
    )
    _check(pack)
    return replace(
        pack,
        title=as_line(pack.title),
        introduction=as_paragraphs(pack.introduction),
        items=tuple(replace(item, note=as_paragraphs(item.note)) for item in pack.items),
    )


def _opened(address: str) -> bytes:
    """The bytes after the check sum."""
    if len(address) > MAX_LENGTH:
        raise PackError(
            f"The link of a reading list has at most {MAX_LENGTH:,} characters, not "
            f"{len(address):,}. {_MADE_ANEW}"
        )
    if not _ADDRESS.fullmatch(address):
        raise _damaged()
    if not address.startswith(FORM):
        raise PackError(
            "This link to a reading list is of a form that this site does not know; it may come "
            f"from a newer one. {_MADE_ANEW}"
        )
    if not address.endswith(END):
        raise PackError(f"This link to a reading list is damaged or cut off. {_MADE_ANEW}")
    inner = address[len(FORM) : -len(END)]
    try:
        whole = base64.urlsafe_b64decode(inner + "=" * (-len(inner) % 4))
    except (binascii.Error, ValueError) as err:
        raise _damaged() from err
    packed = whole[_SUM:]
    if len(whole) < _SUM + _COUNT or whole[:_SUM] != _sum(packed):
        raise _damaged()
    return packed


def _texts(compressed: bytes) -> list[str]:
    """Title, introduction and notes."""
    decoder = brotli.Decompressor()
    try:
        opened = decoder.process(compressed, output_buffer_limit=_MAX_TEXT)
        finished = decoder.is_finished()
        texts = opened.decode().split(_SEPARATOR)
    except (brotli.error, UnicodeDecodeError) as err:
        raise _damaged() from err
    if not finished or len(texts) < 2:
        raise _damaged()
    return texts


def _check(pack: Pack) -> None:
    """Refuse what no list holds: too much of anything, or texts that are not in their usual form.

    Raises:
        PackError: which bound it breaks.
    """
    if len(pack.items) > MAX_ITEMS:
        raise PackError(f"A reading list holds at most {MAX_ITEMS} items, not {len(pack.items)}.")
    for what, text, most in (
        ("title", pack.title, MAX_TITLE),
        ("introduction", pack.introduction, MAX_INTRODUCTION),
        *(("note", item.note, MAX_NOTE) for item in pack.items),
    ):
        if len(text) > most:
            raise PackError(f"A {what} has at most {most:,} characters, not {len(text):,}.")
        form = as_line if what == "title" else as_paragraphs
        if text != form(text, keeps_turns=True):
            raise _damaged()


def _sum(packed: bytes) -> bytes:
    return hashlib.sha256(packed).digest()[:_SUM]


def _damaged() -> PackError:
    return PackError(f"This link to a reading list is damaged: it was changed or cut. {_MADE_ANEW}")

"""What people wrote, encrypted under one key per person.

Each subject's key is random, lies in the database encrypted under the master key, and is deleted to erase the person:
what was sealed under it can then be read by nobody. The master key is a file beside the database, readable by its
owner alone. AES-256-GCM with random nonces (NIST SP 800-38D allows 2^32 messages a key; no person writes that many).
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, select

from bot.stores.tables import subject_key
from bot.stores.times import millis
from moderation.errors import StoreError
from moderation.ports import Clock

_NONCE: Final = 12
_KEY: Final = 32
_BATCH: Final = 500


def master_key(path: Path) -> bytes:
    """The master key in this file, made on first use; 32 bytes, readable by the owner alone."""
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(_KEY))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # another process was first; its key counts
        finally:
            fresh.unlink()
    key = path.read_bytes()
    if len(key) != _KEY:
        raise StoreError(f"{path} is not a master key: {len(key)} bytes instead of {_KEY}; restore it from a backup")
    return key


class Vault:
    """Seals and opens text; keeps the ciphers of the people seen last at hand.

    Sealing happens on the writer's connection only. Opening may happen on any thread: the cache is a dictionary whose
    single operations are atomic, and a lost entry is only loaded again.
    """

    def __init__(self, master: bytes, clock: Clock, *, remember: int = 20_000) -> None:
        self._master = AESGCM(master)
        self._clock = clock
        self._remember = remember
        self._ciphers: OrderedDict[str, AESGCM] = OrderedDict()
        self._fresh: dict[str, AESGCM] = {}

    def prepare(self, connection: Connection, subjects: Iterable[str]) -> None:
        """Have the keys of these people at hand, making those that do not exist yet."""
        missing = sorted({subject for subject in subjects if subject not in self._ciphers} - self._fresh.keys())
        if not missing:
            return
        for start in range(0, len(missing), _BATCH):
            query = select(subject_key).where(subject_key.c.subject.in_(missing[start : start + _BATCH]))
            for row in connection.execute(query):
                self._keep(row.subject, self._unwrapped(row.subject, row.wrapped))
        made = [subject for subject in missing if subject not in self._ciphers]
        if made:
            connection.execute(subject_key.insert(), [self._make(subject) for subject in made])

    def seal(self, connection: Connection, subject: str, plain: bytes, about: str) -> bytes:
        """The bytes encrypted under the subject's key and bound to `about`, the row they belong to."""
        cipher = self._ciphers.get(subject) or self._fresh.get(subject)
        if cipher is None:
            self.prepare(connection, (subject,))
            cipher = self._ciphers.get(subject) or self._fresh[subject]
        nonce = os.urandom(_NONCE)
        return nonce + cipher.encrypt(nonce, plain, _bytes(about))

    def open(self, connection: Connection, subject: str, sealed: bytes | None, about: str) -> bytes | None:
        """What was sealed; None when it has been swept or its subject erased."""
        if sealed is None:
            return None
        cipher = self._ciphers.get(subject) or self._fresh.get(subject) or self._load(connection, subject)
        if cipher is None:
            return None
        try:
            return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _bytes(about))
        except InvalidTag as error:
            raise StoreError(f"the sealed text of {about} was altered") from error

    def erase(self, connection: Connection, subject: str) -> None:
        """Delete a person's key; everything sealed under it becomes noise."""
        connection.execute(delete(subject_key).where(subject_key.c.subject == subject))
        self._ciphers.pop(subject, None)
        self._fresh.pop(subject, None)

    def committed(self) -> None:
        """The keys made in this transaction are on disk and may be used from now on."""
        if self._fresh:
            for subject, cipher in self._fresh.items():
                self._keep(subject, cipher)
            self._fresh.clear()

    def rolled_back(self) -> None:
        """The keys made in this transaction never existed."""
        self._fresh.clear()

    def _load(self, connection: Connection, subject: str) -> AESGCM | None:
        wrapped = connection.scalar(select(subject_key.c.wrapped).where(subject_key.c.subject == subject))
        if wrapped is None:
            return None
        cipher = self._unwrapped(subject, wrapped)
        self._keep(subject, cipher)
        return cipher

    def _unwrapped(self, subject: str, wrapped: bytes) -> AESGCM:
        try:
            return AESGCM(self._master.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _bytes(subject)))
        except InvalidTag as error:
            raise StoreError("the master key does not fit this database; restore both from one backup") from error

    def _make(self, subject: str) -> dict[str, object]:
        key, nonce = os.urandom(_KEY), os.urandom(_NONCE)
        self._fresh[subject] = AESGCM(key)
        wrapped = nonce + self._master.encrypt(nonce, key, _bytes(subject))
        return {"subject": subject, "wrapped": wrapped, "created_at": millis(self._clock.now())}

    def _keep(self, subject: str, cipher: AESGCM) -> None:
        self._ciphers[subject] = cipher
        while len(self._ciphers) > self._remember:
            self._ciphers.popitem(last=False)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")

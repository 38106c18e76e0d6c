"""What people wrote can be read with their key and with nothing else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.stores.migrate import upgrade
from bot.stores.sql import connect, sqlite_url, writing
from bot.stores.vault import Vault, master_key
from moderation.errors import StoreError
from tests.pipeline.stage import SteppingClock


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    made = connect(sqlite_url(tmp_path / "v.db"))
    upgrade(made)
    return made


def test_the_master_key_is_the_owners_alone_and_stays(tmp_path: Path) -> None:
    """Made once, with mode 0600, the same ever after."""
    path = tmp_path / "master.key"
    key = master_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert master_key(path) == key and len(key) == 32
    assert [file.name for file in tmp_path.iterdir()] == ["master.key"]


def test_a_damaged_master_key_is_named(tmp_path: Path) -> None:
    """A short file says what is wrong and what to do."""
    path = tmp_path / "master.key"
    path.write_bytes(b"short")
    with pytest.raises(StoreError, match="restore it from a backup"):
        master_key(path)


def test_sealed_text_opens_again_after_a_restart(engine: Engine) -> None:
    """A new vault on the same rows reads what the old one sealed; the text is nowhere in the clear."""
    clock = SteppingClock()
    with writing(engine) as connection, connection.begin():
        old = Vault(b"m" * 32, clock)
        sealed = old.seal(connection, "ana", b"secreto", "row 1")
        old.committed()
    with engine.connect() as connection:
        assert b"secreto" not in sealed
        assert Vault(b"m" * 32, clock).open(connection, "ana", sealed, "row 1") == b"secreto"


def test_sealed_text_belongs_to_one_row(engine: Engine) -> None:
    """Moved to another row it does not open."""
    vault = Vault(b"m" * 32, SteppingClock())
    with writing(engine) as connection, connection.begin():
        sealed = vault.seal(connection, "ana", b"secreto", "row 1")
        with pytest.raises(StoreError, match="altered"):
            vault.open(connection, "ana", sealed, "row 2")


def test_erasing_the_key_erases_the_person(engine: Engine) -> None:
    """Nothing sealed before can be read, what comes later gets a new key."""
    vault = Vault(b"m" * 32, SteppingClock())
    with writing(engine) as connection, connection.begin():
        sealed = vault.seal(connection, "ana", b"secreto", "row 1")
        vault.committed()
        vault.erase(connection, "ana")
        assert vault.open(connection, "ana", sealed, "row 1") is None
        vault.seal(connection, "ana", b"nuevo", "row 2")
        vault.committed()
        with pytest.raises(StoreError):
            vault.open(connection, "ana", sealed, "row 1")


def test_keys_of_a_rolled_back_transaction_are_never_used(engine: Engine) -> None:
    """Else text would be sealed under a key that is stored nowhere."""
    vault = Vault(b"m" * 32, SteppingClock())
    with writing(engine) as connection:
        with connection.begin() as transaction:
            vault.prepare(connection, ["ana"])
            transaction.rollback()
        vault.rolled_back()
        with connection.begin():
            sealed = vault.seal(connection, "ana", b"secreto", "row 1")
    with engine.connect() as connection:
        assert Vault(b"m" * 32, SteppingClock()).open(connection, "ana", sealed, "row 1") == b"secreto"


def test_the_wrong_master_key_says_so(engine: Engine) -> None:
    """A database restored without its key is a sentence, not gibberish."""
    vault = Vault(b"m" * 32, SteppingClock())
    with writing(engine) as connection, connection.begin():
        sealed = vault.seal(connection, "ana", b"secreto", "row 1")
    with engine.connect() as connection, pytest.raises(StoreError, match="one backup"):
        Vault(b"x" * 32, SteppingClock()).open(connection, "ana", sealed, "row 1")

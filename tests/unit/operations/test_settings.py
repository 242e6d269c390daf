"""What the environment says, and how errors are told apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from attest import errors
from attest.errors import AttestError, InputError, Problem
from attest.settings import Settings, load_settings


def test_nothing_is_set() -> None:
    assert load_settings({}) == Settings(key_password=None, source_date=None, color=True)


def test_everything_is_set() -> None:
    found = load_settings({"ATTEST_KEY_PASSWORD": "s3cret", "SOURCE_DATE_EPOCH": "86400", "NO_COLOR": "1"})
    assert found == Settings(key_password="s3cret", source_date=datetime(1970, 1, 2, tzinfo=UTC), color=False)
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize("epoch", ["x", "1.5", "1e9", "9" * 30, "-" + "9" * 30])
def test_a_time_that_is_none(epoch: str) -> None:
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH is"):
        load_settings({"SOURCE_DATE_EPOCH": epoch})


def test_every_error_has_an_exit_code_of_its_family() -> None:
    def children(kind: type[AttestError]) -> set[type[AttestError]]:
        return {kind}.union(*(children(child) for child in kind.__subclasses__()))

    for kind in children(AttestError):
        assert kind.exit_code == (2 if issubclass(kind, InputError) else 3)
        assert errors.__doc__ is not None
        assert kind.__name__ in errors.__doc__


@pytest.mark.parametrize(("where", "text"), [("line 3", "line 3: wrong"), ("", "wrong")])
def test_problems_name_their_place(where: str, text: str) -> None:
    assert str(Problem(where=where, message="wrong")) == text

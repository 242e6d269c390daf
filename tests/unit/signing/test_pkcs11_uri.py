"""PKCS#11 URIs: what is read, what is refused, and that no error shows a PIN."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attest.errors import InputError, KeyFileError
from attest.signing.holders import pkcs11_uri
from attest.signing.holders.pkcs11_uri import MAX_PIN_FILE, MAX_URI, Pkcs11Uri, parse_pkcs11_uri, read_pin

MODULE = os.path.realpath(sys.executable)
"""Any file: only its presence is looked at."""
QUOTED = quote(MODULE)


def parse(path: str, query: str = "") -> Pkcs11Uri:
    return parse_pkcs11_uri(f"pkcs11:{path}?module-path={QUOTED}{query}")


def refused(uri: str, reason: str) -> InputError:
    with pytest.raises(InputError, match=reason) as caught:
        parse_pkcs11_uri(uri)
    return caught.value


def test_every_attribute() -> None:
    path = "token=My%20token;manufacturer=Snake%20Oil;model=M%2f1;serial=00af;slot-id=7"
    path += ";object=k%C3%A9y;id=%02%FFa;type=private"
    assert parse(path, "&pin-source=file:/run/pin") == Pkcs11Uri(
        module=MODULE,
        token="My token",
        manufacturer="Snake Oil",
        model="M/1",
        serial="00af",
        slot_id=7,
        object="kéy",
        id=b"\x02\xffa",
        pin_source="/run/pin",
    )


def test_what_is_left_out_is_none() -> None:
    assert parse("") == Pkcs11Uri(module=MODULE)


def test_characters_that_stand_for_themselves() -> None:
    assert parse("object=a-b.c_d~:[]@!$'()*+,=&").object == "a-b.c_d~:[]@!$'()*+,=&"


@given(st.binary(min_size=1, max_size=80))
def test_any_id_survives(key_id: bytes) -> None:
    assert parse("id=" + "".join(f"%{byte:02x}" for byte in key_id)).id == key_id


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        parse_pkcs11_uri(f"pkcs11:{text}?module-path={QUOTED}")


@pytest.mark.parametrize("uri", ["", "pkcs11", "PKCS11:token=a", "token=a", "file:a", " pkcs11:token=a"])
def test_another_scheme(uri: str) -> None:
    refused(uri, "starts with 'pkcs11:'")


@pytest.mark.parametrize(
    "place",
    [
        "pkcs11:token=a?module-path={m}&pin-value={pin}",
        "pkcs11:token=a?pin-value={pin}&module-path={m}",
        "pkcs11:token=a;pin-value={pin}?module-path={m}",
        "pkcs11:pin-value={pin}",
        "pkcs11:token=a?pin-value={pin} with spaces",
        "pkcs11:token=a?pin-value{pin}",
        "pkcs11:token=a?PIN-VALUE={pin}",
        "pkcs11:token=a?pin-value=1&pin-value={pin}",
    ],
)
def test_a_pin_in_the_uri_is_refused_and_never_shown(place: str) -> None:
    error = refused(place.format(m=QUOTED, pin="s3cr3t"), "every user of a machine can read a program's arguments")
    assert "pin-source=file:" in error.hint
    assert "ATTEST_PKCS11_PIN" in error.hint
    assert "s3cr3t" not in error.message + error.hint


@pytest.mark.parametrize(
    "place",
    [
        "pkcs11:s3cr3t",
        "pkcs11:token=a;s3cr3t",
        "pkcs11:token=a?s3cr3t",
        "pkcs11:token=a?pinvalue=s3cr3t",
        "pkcs11:token=a?pin%2Dvalue=s3cr3t",
        "pkcs11:token=a?pin=s3cr3t",
        "pkcs11:token=a?pin-source=s3cr3t",
        "pkcs11:token=a?module-name=/s3cr3t",
        "pkcs11:token=a?module-path=s3cr3t",
        "pkcs11:token=a;slot-id=s3cr3t",
        "pkcs11:token=a;type=s3cr3t",
        "pkcs11:token=a b s3cr3t",
        "pkcs11:token=" + "s3cr3t" * 10,
    ],
)
def test_no_error_shows_a_value(place: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_pkcs11_uri(place)
    assert "s3cr3t" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize("name", ["token", "object", "id", "type", "serial"])
def test_an_attribute_given_twice(name: str) -> None:
    refused(f"pkcs11:{name}=private;{name}=private", f"gives '{name}' twice")


def test_a_query_attribute_given_twice() -> None:
    refused(f"pkcs11:?module-path={QUOTED}&module-path={QUOTED}", "gives 'module-path' twice")


@pytest.mark.parametrize(
    "uri",
    [
        "pkcs11:nonsense=1",
        "pkcs11:Token=a",
        "pkcs11:library-version=3",
        "pkcs11:slot-description=a",
        "pkcs11:x-own=1",
        "pkcs11:token=a;",
        "pkcs11:;token=a",
        "pkcs11:token=a;;object=b",
        "pkcs11:token",
        "pkcs11:=a",
        "pkcs11:module-path=/a",
        "pkcs11:pin-source=file:/a",
        "pkcs11:token=a?object=b",
        "pkcs11:token=a?x-own=1",
        "pkcs11:token=a?module-path=/a&",
    ],
)
def test_what_is_not_understood(uri: str) -> None:
    refused(uri, "not understood in that place")


@pytest.mark.parametrize(
    "value",
    [
        "%",
        "%2",
        "%zz",
        "%%41",
        "a%",
        "a b",
        "é",
        "a/b",
        "a?b",
        "a#b",
        'a"b',
        "a\\b",
        "a<b",
        "a^b",
        "a|b",
        "a\nb",
        "a\0b",
    ],
)
def test_encoding_is_strict(value: str) -> None:
    with pytest.raises(InputError):
        parse(f"object={value}")


@pytest.mark.parametrize("value", ["%0", "/%G1", "/a;b", "/a b", "/é"])
def test_encoding_is_strict_in_the_query(value: str) -> None:
    refused(f"pkcs11:?module-path={value}", "must be percent-encoded")


@pytest.mark.parametrize("value", ["%ff", "%C3", "%ED%A0%80", "%C0%80"])
def test_texts_are_utf8(value: str) -> None:
    with pytest.raises(InputError, match="not text in UTF-8"):
        parse(f"token={value}")


@pytest.mark.parametrize("value", ["a%00b", "%0a", "%1b[31m", "%7f", "%E2%80%AE"])
def test_texts_hold_no_control_characters(value: str) -> None:
    with pytest.raises(InputError, match="control character"):
        parse(f"object={value}")


@pytest.mark.parametrize("name", ["token", "object", "id", "slot-id", "type"])
def test_empty_values(name: str) -> None:
    with pytest.raises(InputError, match=f"'{name}' is empty"):
        parse(f"{name}=")


@pytest.mark.parametrize(
    ("name", "size"), [("token", 32), ("manufacturer", 32), ("model", 16), ("serial", 16), ("object", 255), ("id", 255)]
)
def test_sizes(name: str, size: int) -> None:
    parse(f"{name}={'a' * size}")
    with pytest.raises(InputError, match=f"longer than {size} bytes"):
        parse(f"{name}={'a' * (size + 1)}")


def test_a_long_uri() -> None:
    refused("pkcs11:id=" + "a" * MAX_URI, f"longer than {MAX_URI} characters")


@pytest.mark.parametrize("value", ["-1", "+1", "0x1", "1_0", "1.0", "%31a", "%D9%A1", "99999999999999999999"])
def test_slots_are_decimal(value: str) -> None:
    with pytest.raises(InputError, match="no decimal number of 64 bits"):
        parse(f"slot-id={value}")


@pytest.mark.parametrize("value", ["cert", "data", "secret-key", "Private"])
def test_types_that_cannot_sign(value: str) -> None:
    with pytest.raises(InputError, match="'type' is no key pair's"):
        parse(f"type={value}")


def test_a_module_must_be_named_once() -> None:
    refused("pkcs11:token=a", "names no module")
    refused("pkcs11:token=a?", "names no module")
    refused(f"pkcs11:token=a?module-path={QUOTED}&module-name=softhsm2", "names a module twice")


@pytest.mark.parametrize("path", ["module.so", "./module.so", "../module.so", "~/module.so"])
def test_a_module_of_the_working_directory(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "module.so").touch()
    refused(f"pkcs11:?module-path={path}", "not absolute")


def test_a_module_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "no.so", tmp_path):
        with pytest.raises(KeyFileError, match="there is no PKCS#11 module"):
            parse_pkcs11_uri(f"pkcs11:?module-path={path}")


@pytest.mark.parametrize("name", ["../evil", "a/b", "%2e%2e%2fevil", ".hidden", "-l", "a%00"])
def test_a_module_name_is_no_path(name: str) -> None:
    with pytest.raises(InputError):
        parse_pkcs11_uri(f"pkcs11:?module-name={name}")


def test_a_module_name_is_looked_up_in_fixed_folders_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("libattest-none.so", "attest-none.so", "attest-none"):
        (tmp_path / name).touch()
    with pytest.raises(KeyFileError, match="there is no PKCS#11 module 'attest-none' in /usr/lib"):
        parse_pkcs11_uri("pkcs11:?module-name=attest-none")


@pytest.mark.parametrize("file", ["libmine.so", "mine.so"])
def test_a_module_name_is_found_by_both_spellings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    monkeypatch.setattr(pkcs11_uri, "module_folders", lambda: (str(tmp_path / "none"), str(tmp_path)))
    (tmp_path / file).touch()
    assert parse_pkcs11_uri("pkcs11:?module-name=mine").module == str(tmp_path / file)


def test_the_folders_are_the_systems() -> None:
    folders = pkcs11_uri.module_folders()
    assert {"/usr/lib/softhsm", "/usr/lib/pkcs11", "/usr/lib"} <= set(folders)
    assert all(folder.startswith("/usr/lib") for folder in folders)


@pytest.mark.parametrize(
    "source", ["/run/pin", "file:/run/pin", "file:///run/pin", "%2Frun%2fpin", "file:%2frun%2fpin"]
)
def test_pin_sources(source: str) -> None:
    assert parse("", f"&pin-source={source}").pin_source == "/run/pin"


@pytest.mark.parametrize(
    "source",
    [
        *("pin", "./pin", "file:pin", "file://host/pin", "file://localhost/pin", "//host/pin", "file:////host/pin"),
        *("|/bin/cat%20/run/pin", "%7C/bin/cat", "http://host/pin", "https:/run/pin", "FILE:/run/pin", "env:PIN", "-"),
    ],
)
def test_pin_sources_that_are_no_file_of_this_machine(source: str) -> None:
    with pytest.raises(InputError, match="names no file of this machine"):
        parse("", f"&pin-source={source}")


@pytest.mark.parametrize("content", [b"1234", b"1234\n", b"1234\r\n", b"1234\nrest\n"])
def test_the_first_line_is_the_pin(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pin").write_bytes(content)
    assert read_pin(str(tmp_path / "pin")) == "1234"


@pytest.mark.parametrize("content", [b" 12 34 ", "p\u00e4n".encode(), b"12\r34"])
def test_nothing_else_is_stripped(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pin").write_bytes(content + b"\n")
    assert read_pin(str(tmp_path / "pin")).encode() == content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n1234\n", "is empty"),
        (b"\xff\n", "not text in UTF-8"),
        (b"secret\0\n", "is no PIN"),
        (b"s" * 256, "is no PIN"),
        (b"s" * (MAX_PIN_FILE + 1), "larger than"),
    ],
)
def test_pin_files_without_a_pin(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(KeyFileError, match=reason) as caught:
        read_pin(str(tmp_path / "file"))
    assert "sss" not in caught.value.message
    assert "secret" not in caught.value.message


def test_pin_files_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, reason in (
        (tmp_path, "no regular file"),
        (tmp_path / "pipe", "no regular file"),
        (Path("/dev/zero"), "no regular file"),
        (tmp_path / "none", "cannot be read"),
    ):
        with pytest.raises(KeyFileError, match=reason):
            read_pin(str(path))


def test_the_place_of_the_pin_is_not_in_the_representation() -> None:
    assert "/run/pin" not in repr(parse("", "&pin-source=/run/pin"))

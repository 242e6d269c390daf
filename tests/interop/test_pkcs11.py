"""Keys on a real token: SoftHSM made with OpenSC's pkcs11-tool; signatures verified with cryptography alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pkcs11 import Attribute, CertificateType, KeyType, Mechanism, MechanismFlag, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

from attest.errors import AttestError, InputError, KeyFileError, UndecidedError
from attest.signing.holders.pkcs11_token import _explained, certificate_of, open_pkcs11
from tests.simulators import keys, pki
from tests.simulators.softhsm import PIN, SoftHsm, softhsm

CURVES = {
    "prime256v1": ("ECDSA P-256", hashes.SHA256()),
    "secp384r1": ("ECDSA P-384", hashes.SHA384()),
    "secp521r1": ("ECDSA P-521", hashes.SHA512()),
}


@pytest.fixture(scope="module")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoftHsm]:
    """A SoftHSM with the token `release`, which has a key on each curve, an RSA key, and two keys of one label."""
    with softhsm(tmp_path_factory.mktemp("softhsm")) as found:
        found.make_token("release")
        for number, curve in enumerate(CURVES):
            found.make_key("release", f"EC:{curve}", curve, f"1{number}")
        found.make_key("release", "rsa:2048", "rsa", "20")
        found.make_key("release", "EC:secp256k1", "koblitz", "21")
        found.make_key("release", "EC:prime256v1", "careful", "22", "--always-auth")
        found.make_key("release", "EC:prime256v1", "twin", "31")
        found.make_key("release", "EC:prime256v1", "twin", "32")
        yield found


def right(label: str) -> str:
    """The right PIN, asked for as a person is asked."""
    return PIN


@pytest.mark.parametrize("curve", CURVES)
def test_each_curve_signs(hsm: SoftHsm, curve: str) -> None:
    holder = open_pkcs11(hsm.uri(f"token=release;object={curve}"), right)
    kind, algorithm = CURVES[curve]
    assert holder.public.kind == kind
    for data in (b"", b"a statement", b"x" * 100_000):
        assert isinstance(holder.public.key, ec.EllipticCurvePublicKey)
        holder.public.key.verify(holder.sign(data), data, ec.ECDSA(algorithm))


def test_the_public_key_is_the_one_that_opensc_reads(hsm: SoftHsm, tmp_path: Path) -> None:
    out = tmp_path / "public.der"
    hsm.tool("release", "--read-object", "--type", "pubkey", "--id", "20", "--output-file", str(out))
    holder = open_pkcs11(hsm.uri("token=release;id=%20"), right)
    assert holder.public.der == out.read_bytes()


def test_rsa_signs_with_pkcs1(hsm: SoftHsm) -> None:
    holder = open_pkcs11(hsm.uri("token=release;object=rsa;type=private"), right)
    assert holder.public.kind == "RSA 2048"
    assert isinstance(holder.public.key, rsa.RSAPublicKey)
    holder.public.key.verify(holder.sign(b"data"), b"data", padding.PKCS1v15(), hashes.SHA256())


def test_a_key_that_asks_for_the_pin_at_each_use(hsm: SoftHsm) -> None:
    holder = open_pkcs11(hsm.uri("token=release;object=careful"), right)
    assert holder.public.verifies(holder.sign(b"data"), b"data")


def test_the_pin_is_asked_for_with_the_label_of_the_token(hsm: SoftHsm) -> None:
    asked: list[str] = []

    def password(what: str) -> str:
        asked.append(what)
        return PIN

    holder = open_pkcs11(hsm.uri("token=release;object=prime256v1"), password)
    holder.sign(b"one")
    holder.sign(b"two")
    assert asked == ["release"]
    assert PIN not in repr(holder)


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nsecond line\n"])
def test_the_pin_from_a_file(hsm: SoftHsm, tmp_path: Path, end: str) -> None:
    (tmp_path / "pin").write_bytes((PIN + end).encode())
    holder = open_pkcs11(hsm.uri("token=release;object=prime256v1", f"&pin-source=file:{tmp_path}/pin"))
    assert holder.public.verifies(holder.sign(b"data"), b"data")


@pytest.mark.parametrize("pin", ["wrong-pin", "7", "7" * 255])
def test_a_wrong_pin_is_refused_and_not_repeated(hsm: SoftHsm, pin: str) -> None:
    with pytest.raises(KeyFileError, match="the PIN is wrong") as caught:
        open_pkcs11(hsm.uri("token=release;object=prime256v1"), lambda _: pin)
    shown = f"{caught.value.message}{caught.value.hint}{caught.value.__cause__!r}"
    assert "release" in caught.value.message
    assert pin not in shown.replace("PKCS#11", "")


@pytest.mark.parametrize("pin", ["", "1234\0", "p" * 256, "\udcff"])
def test_what_is_no_pin_never_reaches_the_token(hsm: SoftHsm, pin: str) -> None:
    with pytest.raises(KeyFileError, match="the PIN for the token 'release'"):
        open_pkcs11(hsm.uri("token=release;object=prime256v1"), lambda _: pin)


def test_no_pin_names_the_ways_to_give_one(hsm: SoftHsm) -> None:
    with pytest.raises(KeyFileError, match="wants a PIN") as caught:
        open_pkcs11(hsm.uri("token=release;object=prime256v1"))
    assert "ATTEST_PKCS11_PIN" in caught.value.hint


def test_a_missing_token_lists_what_there_is(hsm: SoftHsm) -> None:
    with pytest.raises(KeyFileError, match=r"no token matches .* 'release'"):
        open_pkcs11(hsm.uri("token=Release;object=prime256v1"), right)


@pytest.mark.parametrize("attribute", ["serial=00", "manufacturer=Other", "model=Other", "slot-id=1"])
def test_every_attribute_of_a_token_counts(hsm: SoftHsm, attribute: str) -> None:
    with pytest.raises(KeyFileError, match="no token matches"):
        open_pkcs11(hsm.uri(f"token=release;{attribute};object=prime256v1"), right)


def test_the_attributes_of_the_token_together(hsm: SoftHsm) -> None:
    token = hsm.token("release")
    serial = token.serial.decode().strip()
    path = (
        f"token=release;serial={serial};manufacturer=SoftHSM%20project;slot-id={token.slot.slot_id};model=SoftHSM%20v2"
    )
    assert open_pkcs11(hsm.uri(f"{path};object=prime256v1"), right).public.kind == "ECDSA P-256"


def test_tokens_of_one_label_need_a_serial(tmp_path: Path, hsm: SoftHsm) -> None:
    hsm.make_token("double")
    hsm.make_token("double")
    with pytest.raises(KeyFileError, match="2 tokens match") as caught:
        open_pkcs11(hsm.uri("token=double;object=any"), right)
    assert "serial=" in caught.value.hint


def test_a_missing_key_lists_labels(hsm: SoftHsm) -> None:
    with pytest.raises(KeyFileError, match="no private key matches") as caught:
        open_pkcs11(hsm.uri("token=release;object=nobody"), right)
    assert "'prime256v1'" in caught.value.message


def test_keys_of_one_label_need_an_id(hsm: SoftHsm) -> None:
    with pytest.raises(KeyFileError, match="2 private keys match"):
        open_pkcs11(hsm.uri("token=release;object=twin"), right)
    one, two = (open_pkcs11(hsm.uri(f"token=release;object=twin;id=%{key_id}"), right) for key_id in ("31", "32"))
    assert one.public.id != two.public.id
    assert one.public.verifies(one.sign(b"data"), b"data")
    assert not one.public.verifies(two.sign(b"data"), b"data")


def test_label_and_id_must_both_match(hsm: SoftHsm) -> None:
    with pytest.raises(KeyFileError, match="no private key matches"):
        open_pkcs11(hsm.uri("token=release;object=twin;id=%10"), right)


def test_another_curve_is_refused(hsm: SoftHsm) -> None:
    with pytest.raises(KeyFileError, match="of another kind"):
        open_pkcs11(hsm.uri("token=release;object=koblitz"), right)


def test_a_key_that_may_not_sign_is_refused(hsm: SoftHsm) -> None:
    with hsm.token("release").open(user_pin=PIN, rw=True) as session:
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        session.create_domain_parameters(KeyType.EC, curve, local=True).generate_keypair(
            label="derives", store=True, capabilities=MechanismFlag.DERIVE, mechanism=Mechanism.EC_KEY_PAIR_GEN
        )
    with pytest.raises(KeyFileError, match="may not sign"):
        open_pkcs11(hsm.uri("token=release;object=derives"), right)


def test_the_private_value_stays_on_the_token(hsm: SoftHsm) -> None:
    with hsm.token("release").open(user_pin=PIN) as session:
        key = session.get_key(object_class=ObjectClass.PRIVATE_KEY, label="prime256v1")
        with pytest.raises(pkcs11.AttributeSensitive):
            _ = key[Attribute.VALUE]


@pytest.mark.parametrize("key", ["prime256v1", "nobody"])
def test_the_login_ends_with_the_call(hsm: SoftHsm, key: str) -> None:
    try:
        open_pkcs11(hsm.uri(f"token=release;object={key}"), right).sign(b"data")
    except KeyFileError:
        assert key == "nobody"
    with hsm.token("release").open() as session:
        assert not list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}))


def test_a_certificate_stands_in_for_the_public_key(hsm: SoftHsm, tmp_path: Path) -> None:
    hsm.make_token("staff")
    hsm.make_key("staff", "EC:prime256v1", "signer", "01")
    uri = hsm.uri("token=staff;object=signer")
    bare = open_pkcs11(uri, right)
    assert certificate_of(uri, right) is None

    first, second = (_certificate_for(bare.public.key) for _ in range(2))
    _store(hsm, "staff", tmp_path, "cert", first, "01")
    hsm.tool("staff", "--delete-object", "--type", "pubkey", "--id", "01")
    holder = open_pkcs11(uri, right)
    assert holder.public.id == bare.public.id
    assert holder.public.verifies(holder.sign(b"data"), b"data")
    assert certificate_of(uri, right) == first

    _store(hsm, "staff", tmp_path, "cert", second, "01")
    with pytest.raises(KeyFileError, match="no public key beside it, and 2 certificates"):
        open_pkcs11(uri, right)


def test_several_certificates_do_not_hinder_the_key(hsm: SoftHsm, tmp_path: Path) -> None:
    hsm.make_token("renewed")
    hsm.make_key("renewed", "EC:prime256v1", "signer", "01")
    uri = hsm.uri("token=renewed;object=signer")
    public = open_pkcs11(uri, right).public.key
    for _ in range(2):
        _store(hsm, "renewed", tmp_path, "cert", _certificate_for(public), "01")
    holder = open_pkcs11(uri, right)
    assert holder.public.verifies(holder.sign(b"data"), b"data")
    with pytest.raises(KeyFileError, match="2 certificates"):
        certificate_of(uri, right)


def test_a_key_alone_has_no_public_half(hsm: SoftHsm) -> None:
    hsm.make_token("bare")
    hsm.make_key("bare", "EC:prime256v1", "signer", "01")
    hsm.tool("bare", "--delete-object", "--type", "pubkey", "--id", "01")
    with pytest.raises(KeyFileError, match="no public key beside it, and no certificates"):
        open_pkcs11(hsm.uri("token=bare;object=signer"), right)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"0\x03\x02\x01\x00", "certificate that cannot be read"),
        (None, "of another kind"),
    ],
)
def test_certificates_that_do_not_help(hsm: SoftHsm, content: bytes | None, reason: str) -> None:
    """Stored without OpenSC, which refuses them; None stands for one of an Ed25519 key."""
    label = "unreadable" if content else "edwards"
    der = content or _certificate_for(keys.supported(keys.generate("ed25519").public_key()))
    hsm.make_key("release", "EC:prime256v1", label, "77" if content else "78")
    with hsm.token("release").open(user_pin=PIN, rw=True) as session:
        session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=label).destroy()
        session.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                Attribute.TOKEN: True,
                Attribute.ID: b"\x77" if content else b"\x78",
                Attribute.LABEL: label,
                Attribute.SUBJECT: b"0\x00",
                Attribute.VALUE: der,
            }
        )
    with pytest.raises(KeyFileError, match=reason):
        open_pkcs11(hsm.uri(f"token=release;object={label}"), right)


def test_a_module_under_two_names(hsm: SoftHsm) -> None:
    open_pkcs11(hsm.uri("token=release;object=prime256v1"), right)
    holder = open_pkcs11("pkcs11:token=release;object=prime256v1?module-name=softhsm2", right)
    assert holder.public.verifies(holder.sign(b"data"), b"data")


def test_the_public_key_of_another_is_found_out(hsm: SoftHsm, tmp_path: Path) -> None:
    hsm.make_token("mixed")
    hsm.make_key("mixed", "EC:prime256v1", "signer", "01")
    hsm.tool("mixed", "--delete-object", "--type", "pubkey", "--id", "01")
    _store(hsm, "mixed", tmp_path, "pubkey", keys.spki(keys.generate().public_key()), "01")
    holder = open_pkcs11(hsm.uri("token=mixed;object=signer"), right)
    with pytest.raises(UndecidedError, match="does not verify"):
        holder.sign(b"data")


def test_a_token_that_goes_away_signs_nothing(hsm: SoftHsm) -> None:
    hsm.make_token("leaving")
    hsm.make_key("leaving", "EC:prime256v1", "signer", "01")
    holder = open_pkcs11(hsm.uri("token=leaving;object=signer"), right)
    hsm.run("softhsm2-util", "--delete-token", "--token", "leaving")
    with pytest.raises(UndecidedError, match="fails"):
        holder.sign(b"data")
    hsm.unload()
    with pytest.raises(KeyFileError, match="no token matches"):
        holder.sign(b"data")


@pytest.mark.parametrize(
    ("said", "kind", "reason"),
    [
        (pkcs11.PinLocked(), KeyFileError, "locked after too many wrong PINs"),
        (pkcs11.UserPinNotInitialized(), KeyFileError, "has no PIN yet"),
        (pkcs11.MechanismInvalid(), KeyFileError, "cannot sign digests"),
        (pkcs11.DeviceRemoved(), UndecidedError, "was removed or reset"),
        (pkcs11.TokenNotPresent(), UndecidedError, "was removed or reset"),
        (pkcs11.DeviceError(), UndecidedError, "fails"),
    ],
)
def test_what_softhsm_never_says(said: pkcs11.PKCS11Error, kind: type[AttestError], reason: str) -> None:
    """The wording of errors that only hardware gives: no token in software locks itself or is pulled out."""
    error = _explained(said, "the token 'release'")
    assert type(error) is kind
    assert reason in error.message


@pytest.mark.parametrize("content", [b"", b"not a library", b"\x7fELF" + bytes(60)])
def test_what_is_no_module_is_not_loaded(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "module.so").write_bytes(content)
    with pytest.raises(KeyFileError, match="cannot be loaded as a PKCS#11 module"):
        open_pkcs11(f"pkcs11:object=a?module-path={tmp_path}/module.so", right)


def test_a_library_of_another_sort_is_refused() -> None:
    import _ssl

    with pytest.raises(KeyFileError, match="cannot be loaded as a PKCS#11 module"):
        open_pkcs11(f"pkcs11:object=a?module-path={_ssl.__file__}", right)


def test_a_missing_package_says_what_to_install() -> None:
    code = """
import sys
sys.modules["pkcs11"] = None
from attest.errors import InputError
try:
    import attest.signing.holders.pkcs11_token
except InputError as error:
    print(error.hint)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "pip install 'attest-ml[pkcs11]'" in done.stdout


def test_an_unsound_uri_is_refused_before_the_module_is_loaded() -> None:
    with pytest.raises(InputError, match="pin-value"):
        open_pkcs11("pkcs11:object=a?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-value=1234", right)


def _certificate_for(public: keys.PublicKey) -> bytes:
    return pki.Authority.create().leaf(public).public_bytes(serialization.Encoding.DER)


def _store(hsm: SoftHsm, token: str, folder: Path, kind: str, content: bytes, key_id: str) -> None:
    file = folder / f"{kind}.der"
    file.write_bytes(content)
    hsm.tool(token, "--write-object", str(file), "--type", kind, "--id", key_id, "--label", "signer")

"""The policy language: understood whole, or refused with every problem and its line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from attest.domain.public_key import parse_public_key
from attest.policy import key_policy, parse_policy, release_policy
from attest.policy.rules import coverage
from attest.policy.signers import KeyDefinition
from attest.policy.yaml_subset import read_yaml
from tests.unit.conftest import ROOT, pem, signer
from tests.unit.policy.build import document, key_ids, policy, problems, signers

SIGNED = "  - id: signed\n    signature: {signers: [release]}\n"
KEY_ID = signer(1).id


def test_a_good_policy() -> None:
    found = policy(SIGNED + "  - id: bom\n    attestation: {predicate: cyclonedx, signers: [release], threshold: 1}\n")
    assert (found.name, found.version, found.expires) == ("test", 1, datetime(2027, 1, 1, tzinfo=UTC))
    assert key_ids(found) == [KEY_ID]
    assert [rule.id for rule in found.rules] == ["signed", "bom", "coverage"]
    assert found.needs("formats", "signature")
    assert not found.needs("formats")


def test_the_digest_is_that_of_the_bytes() -> None:
    one, two = document(SIGNED).encode(), document(SIGNED).encode() + b"\n"
    assert parse_policy(one, "p").digest != parse_policy(two, "p").digest
    assert parse_policy(one, "p").reference.digest == parse_policy(one, "p").digest


@pytest.mark.parametrize("path", sorted((ROOT / "policies").glob("*.yaml")), ids=lambda path: path.name)
def test_the_policies_that_we_ship(path: Any) -> None:
    assert parse_policy(path.read_bytes(), path.name).rules


def test_the_policies_that_we_write() -> None:
    keys = [parse_public_key(pem(scalar), "k") for scalar in (1, 2, 3)]
    text = key_policy(keys, expires="9999-12-31T23:59:59Z", allow_unsigned=('a "quoted" name', ".gitattributes", "é\t"))
    found = parse_policy(text.encode(), "p")
    assert key_ids(found, "key") == [key.id for key in keys]
    (cover,) = [rule for rule in found.rules if isinstance(rule, coverage.Rule)]
    assert cover.allow_unsigned == ('a "quoted" name', ".gitattributes", "é\t")
    released = release_policy(keys[0], signer="release", expires="2030-01-01T00:00:00Z")
    assert [rule.id for rule in parse_policy(released.encode(), "p").rules] == [
        "signed",
        "all-files",
        "bom",
        "formats",
        "scan",
        "licence",
    ]


# Everything that is wrong, at once


WRONG = f"""\
apiVersion: attest/policy/v2
nmae: test
version: "1"
expires: tomorrow
signers:
  Release:
    kind: keys
    keys:
      - id: sha256:abc
        pem: nothing
rules:
  - id: signed
    signature: {{signers: [relase], treshold: 2}}
  - id: signed
    formats: {{allow: [safetensors, exe]}}
  - id: both
    signature: {{signers: [Release]}}
    licenses: {{allow: [MIT]}}
  - attestation: {{predicate: cyclone, signers: [Release]}}
more: {KEY_ID}
"""


def test_all_problems_are_reported_at_once_with_their_lines() -> None:
    found = problems(WRONG)
    expected = [
        ("line 1, apiVersion: ", "this version reads 'attest/policy/v1' only"),
        ("line 2: ", "unknown key 'nmae'; did you mean 'name'?"),
        ("line 1: ", "the key 'name' is missing"),
        ("line 3, version: ", "an integer from 1 to 1000000000 is needed here"),
        ("line 4, expires: ", "a time such as 2027-03-31T00:00:00Z is needed here"),
        ("line 7, signers.Release: ", "a name has lower-case letters"),
        ("line 9, signers.Release.keys[0].id: ", "a key id is sha256: and 64 lower-case hexadecimal digits"),
        ("line 10, signers.Release.keys[0].pem: ", "the key is no PEM public key"),
        ("line 13, rules[0].signature: ", "unknown key 'treshold'; did you mean 'threshold'?"),
        ("line 13, rules[0].signature.signers: ", "there is no signer 'relase' in this policy; known are Release"),
        ("line 12, rules: ", "the rule id 'signed' stands twice"),
        ("line 15, rules[1].formats.allow: ", "there is no format 'exe'"),
        ("line 16, rules[2]: ", "a rule states exactly one of"),
        ("line 19, rules[3]: ", "the key 'id' is missing"),
        ("line 19, rules[3].attestation.predicate: ", "'cyclone' is no known predicate type"),
        ("line 20: ", "unknown key 'more'"),
    ]
    for place, message in expected:
        assert any(line.startswith((place, place.rstrip(": ") + ",")) and message in line for line in found), (
            place,
            message,
            found,
        )


def changed(old: str, new: str, rules: str = SIGNED) -> str:
    text = document(rules)
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (changed("name: test\n", ""), "line 1: the key 'name' is missing"),
        (changed("version: 1\n", ""), "line 1: the key 'version' is missing"),
        (changed("expires: 2027-01-01T00:00:00Z\n", ""), "line 1: the key 'expires' is missing"),
        (changed("apiVersion: attest/policy/v1\n", ""), "line 1: the key 'apiVersion' is missing"),
        ("\n".join(document(SIGNED).splitlines()[:-3]) + "\n", "line 1: the key 'rules' is missing"),
        (changed("name: test", "name: Test"), "line 2, name: a name has lower-case letters"),
        (changed("name: test", "name: a b"), "line 2, name: a name has lower-case letters"),
        (changed("name: test", f"name: {'a' * 65}"), "line 2, name: a name has lower-case letters"),
        (changed("name: test", "name: 5"), "line 2, name: a text is needed here"),
        (changed("name: test", "name:"), "line 2, name: a text is needed here"),
        (changed("name: test", "name: '  '"), "line 2, name: a text is needed here"),
        (changed("name: test", "name: [test]"), "line 2, name: a text is needed here"),
        (changed("name: test", "name: {a: b}"), "line 2, name: a text is needed here"),
        (changed("name: test", "name: test\ndescription: [a]"), "line 3, description: a text is needed here"),
        (changed("version: 1", "version: 0"), "line 3, version: an integer from 1 to"),
        (changed("version: 1", "version: -1"), "line 3, version: an integer from 1 to"),
        (changed("version: 1", "version: true"), "line 3, version: an integer from 1 to"),
        (changed("version: 1", "version: 1.5"), "line 3, version: an integer from 1 to"),
        (changed("version: 1", "version: 1000000001"), "line 3, version: an integer from 1 to"),
        (changed("version: 1", "version: 0x1"), "line 3, version: an integer from 1 to"),
        (changed("version: 1", "version: 1_0"), "line 3, version: an integer from 1 to"),
        (changed("version: 1", "version: '1'"), "line 3, version: an integer from 1 to"),
        (changed("attest/policy/v1", "attest/policy/v01"), "line 1, apiVersion: this version reads"),
        (changed("apiVersion: attest/policy/v1", "apiVersion: 1"), "line 1, apiVersion: this version reads"),
        (changed("apiVersion: attest/policy/v1", "apiVersion: ~"), "line 1, apiVersion: this version reads"),
        (changed("2027-01-01T00:00:00Z", "2027-01-01"), "line 4, expires: a time such as"),
        (changed("2027-01-01T00:00:00Z", "2027-01-01T00:00:00"), "line 4, expires: a time such as"),
        (changed("2027-01-01T00:00:00Z", "2027-01-01T00:00:00+02:00"), "line 4, expires: a time such as"),
        (
            changed("2027-01-01T00:00:00Z", "2027-02-30T00:00:00Z"),
            "line 4, expires: '2027-02-30T00:00:00Z' is no moment",
        ),
        (changed("2027-01-01T00:00:00Z", "2027-01-01T24:00:00Z"), "is no moment in time"),
        (changed("2027-01-01T00:00:00Z", "\u0662\u066027-01-01T00:00:00Z"), "line 4, expires: "),
        (changed("2027-01-01T00:00:00Z", "5"), "line 4, expires: a text is needed here"),
        (
            changed("kind: keys", "kind: key"),
            "line 7, signers.release.kind: one of keys, certificate, sigstore is needed here",
        ),
        (changed("    kind: keys\n", ""), "signers.release: the key 'kind' is missing"),
        (changed("    kind: keys\n", "    kind: keys\n    threshold: 2\n"), "unknown key 'threshold'"),
        (changed("      - pem: |", "      - pme: |"), "unknown key 'pme'; did you mean 'pem'?"),
        (changed("      - pem: |", "      - id: abc\n        pem: |"), "keys[0].id: a key id is sha256:"),
        (
            changed("      - pem: |", f"      - id: {signer(2).id}\n        pem: |"),
            f"keys[0].id: the key's id is {KEY_ID}",
        ),
        (
            changed("      - pem: |", f"      - id: {KEY_ID.upper()}\n        pem: |"),
            "keys[0].id: a key id is sha256:",
        ),
        (
            changed("      - pem: |", "      - file: k.pub\n        pem: |"),
            "a key has either `pem` (its text) or `file`",
        ),
        (changed("MFkw", "MFk!"), "keys[0].pem: the key is a damaged PEM public key"),
        (changed("MFkw", "é"), "keys[0].pem: the key is a damaged PEM public key"),
        (changed("PUBLIC", "PRIVATE"), "keys[0].pem: the key is a private key"),
        (changed("signers: [release]", "signers: []"), "rules[0].signature.signers: a list of 1 to 1000 texts"),
        (changed("signers: [release]", "signers: release"), "rules[0].signature.signers: a list of 1 to 1000 texts"),
        (changed("signers: [release]", "signers: {release: 1}"), "rules[0].signature.signers: a list of 1 to 1000"),
        (changed("signers: [release]", "signers: [5]"), "rules[0].signature.signers[0]: a text is needed here"),
        (changed("signers: [release]", "signers: [other]"), "there is no signer 'other' in this policy"),
        (changed("signers: [release]", "signers: [release, release]"), "one text stands twice in the list"),
        (
            changed("signature: {signers: [release]}", "signature: {}"),
            "rules[0].signature: the key 'signers' is missing",
        ),
        (changed("signature: {signers: [release]}", "signature:"), "rules[0].signature: a mapping is needed here"),
        (changed("signature: {signers: [release]}", "signature: [release]"), "rules[0].signature: a mapping is needed"),
        (changed("signature:", "signatur:"), "unknown key 'signatur'; did you mean 'signature'?"),
        (changed("id: signed", "id: Signed Files"), "rules[0].id: a name has lower-case letters"),
        (changed("  - id: signed\n    signature:", "  - signature:"), "rules[0]: the key 'id' is missing"),
    ],
)
def test_one_wrong_thing(text: str, message: str) -> None:
    assert any(message in line for line in problems(text)), problems(text)


@pytest.mark.parametrize("rules", ["", " []", " {}", " none", " ~"])
def test_a_policy_without_rules(rules: str) -> None:
    text = document("").removesuffix("rules:\n") + f"rules:{rules}\n"
    assert any("rules: a list of 1 to 200 rules is needed here" in line for line in problems(text))


def test_too_many_rules() -> None:
    many = "".join(f"  - id: r{number}\n    licenses: {{allow: [MIT]}}\n" for number in range(201))
    assert any("a list of 1 to 200 rules" in line for line in problems(document(many)))


def test_a_rule_that_is_no_mapping() -> None:
    assert any("rules[0]: a mapping is needed here" in line for line in problems(document("  - signed\n")))


@pytest.mark.parametrize("kind", ["signature: {signers: [release]", "attestation: {predicate: vsa, signers: [release]"])
@pytest.mark.parametrize(
    ("threshold", "message"),
    [
        ("0", "threshold: an integer from 1 to 100 is needed here"),
        ("-1", "threshold: an integer from 1 to 100 is needed here"),
        ("101", "threshold: an integer from 1 to 100 is needed here"),
        ("true", "threshold: an integer from 1 to 100 is needed here"),
        ("null", "threshold: an integer from 1 to 100 is needed here"),
        ("1.0", "threshold: an integer from 1 to 100 is needed here"),
        ("3", "rules[0]: 3 distinct signers are required, and these names stand for 2 at most"),
    ],
)
def test_thresholds_that_mean_nothing(kind: str, threshold: str, message: str) -> None:
    text = document(f"  - id: a\n    {kind}, threshold: {threshold}}}\n", release=(1, 2))
    assert any(message in line for line in problems(text))


def test_a_threshold_over_several_signers() -> None:
    rules = "  - id: a\n    signature: {signers: [one, two], threshold: 3}\n"
    assert policy(rules, one=(1, 2), two=(3,)).rules
    assert any(
        "3 distinct signers are required, and these names stand for 2 at most" in x
        for x in problems(document(rules, one=(1,), two=(3,)))
    )


def test_one_key_under_two_names() -> None:
    assert any(
        f"signers.two: the key {KEY_ID[:19]}… belongs to 'one' already" in line
        for line in problems(document("  - id: a\n    signature: {signers: [one, two]}\n", one=(1, 3), two=(2, 1)))
    )


def test_one_key_twice_in_a_list() -> None:
    assert any(
        "signers.release.keys: one key stands twice in the list" in line
        for line in problems(document(SIGNED, release=(1, 1)))
    )


def test_one_key_as_text_and_as_a_file() -> None:
    text = document(SIGNED).replace("rules:", f"      - file: k.pub\n        id: {KEY_ID}\nrules:")
    assert any("one key stands twice in the list" in line for line in problems(text))


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("file: k.pub", "a key in a file needs its `id`"),
        (f"id: {KEY_ID}", "a key has either `pem` (its text) or `file` with `id`"),
        ("{}", "a key has either `pem` (its text) or `file` with `id`"),
        ("k.pub", "a mapping is needed here"),
        (f"{{file: '', id: '{KEY_ID}'}}", "a text is needed here"),
    ],
)
def test_keys_that_are_none(key: str, message: str) -> None:
    text = document(SIGNED).replace("rules:", f"      - {key}\nrules:")
    assert any("keys[1]" in line and message in line for line in problems(text))


def test_a_key_in_a_file_is_pinned() -> None:
    text = document(SIGNED).replace("rules:", f"      - file: k.pub\n        id: {signer(2).id}\nrules:")
    definition = parse_policy(text.encode(), "p").signers["release"]
    assert isinstance(definition, KeyDefinition)
    (_, key) = definition.keys
    assert (key.file, key.id, key.pem) == ("k.pub", signer(2).id, "")


@pytest.mark.parametrize("block", ["signers: {}\n", "signers: []\n", "signers: x\n", "signers:\n"])
def test_signers_that_are_none(block: str) -> None:
    text = document("  - id: a\n    licenses: {allow: [MIT]}\n").replace(signers(release=(1,)), block)
    assert any("signers: a mapping from names to signers is needed here" in line for line in problems(text))


def test_signers_may_be_absent() -> None:
    text = document("  - id: a\n    licenses: {allow: [MIT]}\n").replace(signers(release=(1,)), "")
    assert parse_policy(text.encode(), "p").signers == {}


@pytest.mark.parametrize("keys", ["[]", "~", "x", "{}"])
def test_a_signer_without_keys(keys: str) -> None:
    text = document("  - id: a\n    licenses: {allow: [MIT]}\n")
    text = text.replace(signers(release=(1,)), f"signers:\n  release: {{kind: keys, keys: {keys}}}\n")
    assert any("signers.release.keys: a list of 1 to 100 keys is needed here" in line for line in problems(text))


def test_too_many_keys() -> None:
    keys = ", ".join(f"{{file: k, id: 'sha256:{number:064x}'}}" for number in range(101))
    text = document("  - id: a\n    licenses: {allow: [MIT]}\n")
    text = text.replace(signers(release=(1,)), f"signers:\n  release: {{kind: keys, keys: [{keys}]}}\n")
    assert any("a list of 1 to 100 keys" in line for line in problems(text))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("formats: {allow: []}", "formats.allow: a list of 1 to 1000 texts"),
        ("formats: {allow: [exe]}", "there is no format 'exe'"),
        ("formats: {allow: [safetensors, safetensors]}", "one text stands twice"),
        ("formats: {deny: [pickle]}", "unknown key 'deny'"),
        ("licenses: {allow: []}", "licenses.allow: a list of 1 to 1000 texts"),
        ("licenses: {allow: [MIT, '']}", "licenses.allow[1]: a text is needed here"),
        ("coverage: {signers: []}", "coverage.signers: a list of 1 to 1000 texts"),
        ("coverage: {allowUnsigned: []}", "coverage: the key 'signers' is missing"),
        ("coverage: {signers: [release], allowUnsigned: x}", "coverage.allowUnsigned: a list of"),
        ("coverage: {signers: [release], allow_unsigned: []}", "did you mean 'allowUnsigned'?"),
        ("attestation: {signers: [release]}", "attestation: the key 'predicate' is missing"),
        ("attestation: {predicate: vsa}", "attestation: the key 'signers' is missing"),
        ("attestation: {predicate: vas, signers: [release]}", "'vas' is no known predicate type"),
        (
            "attestation: {predicate: 'https://model_signing/signature/v1.0', signers: [release]}",
            "is the `signature` rule's matter",
        ),
        ("scanner: {outcome: PASS}", "unknown key 'scanner'"),
    ],
)
def test_rules_that_are_wrong(rule: str, message: str) -> None:
    found = problems(document(f"  - id: a\n    {rule}\n"))
    assert any(message in line for line in found), found


def test_a_rule_that_can_never_fail() -> None:
    from attest.domain.file_format import FORMATS

    found = problems(document(f"  - id: a\n    formats: {{allow: [{', '.join(FORMATS)}]}}\n"))
    assert any("can never fail" in line for line in found)


# Coverage is implied


def implied(rules: str, **scalars: tuple[int, ...]) -> list[tuple[str, tuple[str, ...]]]:
    found = policy(rules, **(scalars or {"one": (1,), "two": (2,)})).rules
    return [(rule.id, rule.signers) for rule in found if isinstance(rule, coverage.Rule)]


def test_a_policy_that_relies_on_signatures_covers_every_file() -> None:
    one = "  - id: a\n    signature: {signers: [one]}\n"
    both = one + "  - id: b\n    signature: {signers: [two, one]}\n"
    claims = "  - id: c\n    attestation: {predicate: vsa, signers: [two]}\n"
    assert implied(one) == [("coverage", ("one",))]
    assert implied(both) == [("coverage", ("one", "two"))]
    assert implied(claims) == [("coverage", ("two",))]
    assert implied(one + claims) == [("coverage", ("one",))]


def test_coverage_that_is_stated_is_not_implied() -> None:
    stated = "  - id: a\n    signature: {signers: [one]}\n  - id: all\n    coverage: {signers: [two]}\n"
    assert implied(stated) == [("all", ("two",))]


def test_coverage_is_not_implied_without_signatures() -> None:
    assert implied("  - id: a\n    licenses: {allow: [MIT]}\n") == []


def test_a_rule_called_coverage_takes_no_name_away() -> None:
    assert implied("  - id: coverage\n    signature: {signers: [one]}\n") == [("coverage.implied", ("one",))]
    names = (
        "  - id: coverage\n    signature: {signers: [one]}\n  - id: coverage.implied\n    licenses: {allow: [MIT]}\n"
    )
    ids = [rule.id for rule in policy(names, one=(1,)).rules]
    assert len(ids) == len(set(ids)) == 3


# YAML


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (changed("name: test", "name: &a test"), "line 2: an anchor or alias"),
        (changed("name: test", "name: *a"), "alias"),
        (changed("version: 1", "version: &v 1\nmore: *v"), "line 3: an anchor or alias"),
        (changed("name: test", "name: !!str test"), "line 2: the tag 'tag:yaml.org,2002:str'"),
        (changed("name: test", "name: ! test"), "line 2: the tag '!'"),
        (changed("name: test", "name: !!python/object/apply:os.system [id]"), "line 2: the tag"),
        (changed("signers:", "signers: !!map"), "line 5: the tag"),
        (changed("rules:", "rules: !!seq"), "the tag"),
        (changed("name: test", "name: test\nname: test"), "line 3: the key 'name' a second time in one mapping"),
        (changed("name: test", 'name: test\n"name": other'), "line 3: the key 'name' a second time"),
        (
            changed("{signers: [release]}", "{signers: [release], signers: [release]}"),
            "the key 'signers' a second time",
        ),
        (changed("name: test", "<<: {name: test}"), "line 2: a key that is not plain text"),
        (changed("name: test", "'<<': {name: test}"), "line 2: a key that is not plain text"),
        (changed("name: test", "1: test"), "line 2: a key that is not plain text"),
        (changed("name: test", "true: test"), "line 2: a key that is not plain text"),
        (changed("name: test", "? [a, b]\n: test"), "a key that is not plain text"),
        (changed("name: test", "? {a: b}\n: test"), "a key that is not plain text"),
        (document(SIGNED) + "---\napiVersion: x\n", "a second document"),
        (document(SIGNED) + "---\n", "a second document"),
        (document(SIGNED) + "...\n---\n{}\n", "a second document"),
        (changed("version: 1", "version: 01"), "line 3: the number '01' with a leading zero"),
        (changed("version: 1", "version: -007"), "line 3: the number '-007' with a leading zero"),
        (changed("version: 1", "version: 0o1"), "line 3: the number '0o1'"),
        (changed("version: 1", "version: [" + "[" * 40 + "]" * 40 + "]"), "line 3: nesting deeper than 32 levels"),
        (changed("version: 1", "version: " + "{a: " * 40 + "1" + "}" * 40), "line 3: nesting deeper than 32 levels"),
        (changed("version: 1", "version: " + "[" * 100_000), "line 3: nesting deeper than 32 levels"),
        (changed("version: 1", "version: [1"), "line 4: did not find expected"),
        (changed("version: 1", "\tversion: 1"), "line 3: "),
        (changed("version: 1", "version: 1: 2"), "line 3: "),
        (changed("version: 1", "version: 'x"), "line"),
        (changed("name: test", "name: test\0"), "p.yaml is not YAML"),
        ("", "p.yaml is empty"),
        ("# nothing\n", "p.yaml is empty"),
        ("---\n...\n", "a mapping is needed here"),
        ("text", "line 1: a mapping is needed here"),
        ("[a]", "line 1: a mapping is needed here"),
        ("5", "line 1: a mapping is needed here"),
    ],
)
def test_yaml_that_policies_do_not_use(text: str, message: str) -> None:
    found = problems(text)
    assert any(message in line for line in found), found


def test_a_policy_that_is_not_utf8() -> None:
    assert problems(b"name: \xff") == ["p.yaml is not UTF-8 text (byte 6)"]
    assert problems(document(SIGNED).encode("utf-16"))


def test_a_policy_that_is_too_long() -> None:
    text = document(SIGNED) + "#" * (1 << 20)
    assert problems(text) == [f"p.yaml is {len(text.encode())} bytes long; the limit is 1048576"]


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x]\n" + "".join(f"b{n}: &b{n} [{', '.join([f'*b{n - 1}'] * 10)}]\n" for n in range(1, 30))
    assert problems(bomb) == ["line 1: an anchor or alias; write the value out"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("-3", -3), ("0", 0), ("true", True), ("false", False), ("null", None), ("~", None),
        ("'12'", "12"), ('"true"', "true"), ("yes", "yes"), ("NO", "NO"), ("on", "on"), ("1.5", "1.5"), ("1e3", "1e3"),
        ("2027-01-01", "2027-01-01"), ("12:30:00", "12:30:00"), ("=", "="), ("1_000", "1_000"), ("0x10", "0x10"),
        ("9999999999999999", "9999999999999999"), ("|\n  a\n  b\n", "a\nb\n"), (">\n  a\n  b\n", "a b\n"),
    ],
)  # fmt: skip
def test_scalars_have_one_meaning(text: str, value: object) -> None:
    node = read_yaml(text.encode(), "p")
    assert (node.kind, node.scalar, type(node.scalar)) == ("scalar", value, type(value))


def test_lines_are_those_of_the_text() -> None:
    node = read_yaml(b"a: 1\n\n# note\nb:\n  - x\n  - {c: d}\n", "p")
    assert [(key, value.line) for key, value in node.members.items()] == [("a", 1), ("b", 5)]
    assert [item.line for item in node.members["b"].items] == [5, 6]

"""Files that a signature itself leaves out: reported by name, and accepted only where the policy says which."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Any

import pytest
import yaml

from attest.domain.attestation import Attestation, LogEntry, SignedTime
from attest.domain.verdict import RuleResult
from attest.policy import parse_policy
from attest.policy.rules import coverage
from tests.unit.policy.build import CERTIFIED, attested, certified, document, evidence, judge, messages, problems, rule

GIT = (".gitattributes", ".git/config", ".github/x.yml", ".gitignore")


def covered(*items: Attestation, allow: str = "", **named: Any) -> RuleResult:
    names = ", ".join(named or {"release": ()})
    rules = f"  - id: all\n    coverage: {{signers: [{names}]{', ' if allow else ''}{allow}}}\n"
    return rule(judge(rules, evidence(*items), **named), "all")


def left(found: RuleResult) -> list[str]:
    assert (found.verdict == "FAILED") is bool(found.reasons)
    return [reason.file for reason in found.reasons]


def signed(*unsigned: str, ignore: tuple[str, ...] = (), **more: Any) -> Attestation:
    return attested(unsigned=unsigned, ignore_paths=ignore, **more)


# What is accepted


def test_what_every_signature_ignores_is_accepted_by_path() -> None:
    item = signed(*GIT)
    assert left(covered(item)) == sorted(GIT)
    assert left(covered(item, allow="allowIgnored: [.git, .github]")) == [".gitattributes", ".gitignore"]
    assert left(covered(item, allow="allowIgnored: [.gitattributes, .git/config, .github/x.yml, .gitignore]")) == []
    assert left(covered(item, allow="allowIgnored: any")) == []


def test_what_a_signer_recorded_as_ignored_is_accepted_by_path() -> None:
    item = signed("logs/a", "logs/b/c", "extra", ignore=("logs",))
    assert left(covered(item, allow="allowIgnored: [logs]")) == ["extra"]
    assert left(covered(item, allow="allowIgnored: [logs/b]")) == ["extra", "logs/a"]
    assert left(covered(item, allow="allowIgnored: [logs/b/c, extra]")) == ["extra", "logs/a"]
    assert left(covered(item, allow="allowIgnored: any")) == ["extra"]
    assert left(covered(item, allow="allowIgnored: [logs], allowUnsigned: [extra]")) == []


@pytest.mark.parametrize(
    ("name", "ignore"),
    [
        ("evil.py", ()),
        ("sub/.git/evil.py", ()),
        (".gitx", ()),
        (".GIT/config", ()),
        ("logsx", ("logs",)),
        ("x/logs", ("logs",)),
        ("logs", ("logs/",)),
        ("logs", ("./logs",)),
        ("logs", (".",)),
        ("logs", ("",)),
        ("logs", ("/",)),
        ("logs", ("l*",)),
        ("a/b", ("a/b/c",)),
    ],
)
def test_what_no_signature_ignores_is_not_accepted_as_ignored(name: str, ignore: tuple[str, ...]) -> None:
    """A file that turned up later is another matter, even below a path that the policy would let be ignored."""
    for allow in ("any", f"['{name}']", f"['{name.split('/', maxsplit=1)[0]}']"):
        assert left(covered(signed(name, ignore=ignore), allow=f"allowIgnored: {allow}")) == [name]


def test_a_path_that_is_ignored_and_not_accepted_fails() -> None:
    item = signed("weights/w.bin", ignore=("weights",))
    assert left(covered(item, allow="allowIgnored: [weight, weights/w, weights/w.bin.old]")) == ["weights/w.bin"]


def test_a_stranger_ignores_nothing() -> None:
    items = (signed("logs/a"), signed("logs/a", ignore=("logs",), by=9))
    assert left(covered(*items, allow="allowIgnored: [logs]")) == ["logs/a"]


def test_one_signer_that_ignores_a_path_is_enough_so_that_withholding_another_does_not_help() -> None:
    """Two signatures by the named signers; asking all of them would pass when one is taken away."""
    ours, other = signed("logs/a", ignore=("logs",)), signed("logs/a", by=2)
    allow: dict[str, Any] = {"allow": "allowIgnored: [logs]", "release": (1, 2)}
    assert left(covered(other, **allow)) == ["logs/a"]
    assert left(covered(ours, **allow)) == []
    assert left(covered(ours, other, **allow)) == []
    # Whoever is not to decide what may be ignored is not named in the coverage rule.
    assert left(covered(ours, other, allow="allowIgnored: [logs]", other=(2,), release=(1,))) == []
    rules = "  - id: all\n    coverage: {signers: [other], allowIgnored: [logs]}\n"
    assert left(rule(judge(rules, evidence(ours, other), other=(2,), release=(1,)), "all")) == ["logs/a"]


def test_a_file_that_one_signature_lists_is_covered() -> None:
    items = (signed("logs/a", ".gitignore", ignore=("logs",)), signed(".gitignore", by=2))
    assert left(covered(*items, release=(1, 2))) == [".gitignore"]


def test_anything_may_be_unsigned() -> None:
    item = signed("evil.py", *GIT)
    found = covered(item, allow="allowUnsigned: any")
    assert found.verdict == "PASSED"
    assert found.summary == (
        "every file is covered, but for 5 files that the policy tolerates: "
        ".git/config, .gitattributes, .github/x.yml, .gitignore, evil.py"
    )
    # Something must be signed all the same.
    assert covered(allow="allowUnsigned: any, allowIgnored: any").verdict == "FAILED"
    assert covered(replace(item, signer=certified(9)), allow="allowUnsigned: any").verdict == "FAILED"


# What is shown


@pytest.mark.parametrize(
    ("names", "summary"),
    [
        ((), "every file is covered"),
        ((".gitignore",), "every file is covered, but for .gitignore, which the policy tolerates"),
        (
            (".git/a", ".git/b"),
            "every file is covered, but for 2 files that the policy tolerates: .git/a, .git/b",
        ),
        (
            tuple(f".git/{n}" for n in range(1_234)),
            "every file is covered, but for 1,234 files that the policy tolerates: "
            ".git/0, .git/1, .git/10, .git/100, .git/1000 and 1,229 more",
        ),
    ],
)
def test_everything_that_is_tolerated_is_shown(names: tuple[str, ...], summary: str) -> None:
    assert covered(signed(*names), allow="allowIgnored: [.git, .gitignore]").summary == summary
    assert covered(signed(*names), allow="allowUnsigned: any").summary == summary


def test_the_message_says_how_to_accept_exactly_that() -> None:
    """The everyday case: a Hub repository signed by the reference tool."""
    (reason,) = covered(signed(".gitattributes", ignore=(".git", ".gitattributes"))).reasons
    assert reason.message == "the file is not covered: OMS signatures leave Git's files out"
    assert reason.mend == (
        "Remove it, or accept exactly this: allowIgnored: [.gitattributes] in the policy, "
        "or --allow-ignored .gitattributes"
    )
    (reason,) = covered(signed("logs/a", ignore=("logs",))).reasons
    assert reason.message == "the file is not covered: the signer told the signature to ignore it"
    assert "allowIgnored: [logs/a] in the policy, or --allow-ignored logs/a" in reason.mend


@pytest.mark.parametrize(
    "name",
    [".git/a b", ".git/$(touch x)", ".git/a'b", ".git/a, b]", ".git/-x", ".git/`id`", ".git/#", ".git/é", ".git/: x"],
)
def test_the_names_of_strangers_files_are_quoted(name: str) -> None:
    (reason,) = covered(signed(name)).reasons
    line = reason.mend.removeprefix("Remove it, or accept exactly this: ")
    stated, _, option = line.partition(" in the policy, or ")
    assert yaml.safe_load(stated) == {"allowIgnored": [name]}
    assert shlex.split(option) == ["--allow-ignored", name]
    assert covered(signed(name), allow=stated).verdict == "PASSED"


def test_a_file_that_came_later_cannot_be_accepted_as_ignored() -> None:
    (reason,) = covered(signed("evil.py")).reasons
    assert reason.message == "the file was not there when the artifact was signed"
    assert "allow" not in reason.mend


# How it is read


def rules_of(members: str) -> coverage.Rule:
    text = document(f"  - id: all\n    coverage: {{signers: [release], {members}}}\n")
    (found,) = parse_policy(text.encode(), "p").rules
    assert isinstance(found, coverage.Rule)
    return found


def test_any_is_a_word_and_a_list_holds_names() -> None:
    assert rules_of("allowIgnored: any, allowUnsigned: any") == replace(
        rules_of("allowIgnored: []"), allow_ignored=None, allow_unsigned=None
    )
    assert rules_of("allowIgnored: [any]").allow_ignored == ("any",)
    assert left(covered(signed("any", "any2"), allow="allowUnsigned: [any]")) == ["any2"]


@pytest.mark.parametrize("member", ["allowIgnored", "allowUnsigned"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("all", "a list of 1 to 1000 texts is needed here"),
        ("Any", "a list of 1 to 1000 texts is needed here"),
        ("true", "a list of 1 to 1000 texts is needed here"),
        ("{any: x}", "a list of 1 to 1000 texts is needed here"),
        ("['']", "a text is needed here"),
        ("[.]", "'.' names no file"),
        ("[..]", "'..' names no file"),
        ("[logs/]", "'logs/' names no file"),
        ("[/etc]", "'/etc' names no file"),
        ("[a, a]", "one text stands twice in the list"),
    ],
)
def test_paths_that_are_none(member: str, value: str, message: str) -> None:
    found = problems(document(f"  - id: all\n    coverage: {{signers: [release], {member}: {value}}}\n"))
    assert any(f"coverage.{member}" in line and message in line for line in found), found


# What stands behind a signature that covers files

LOGGED: dict[str, Any] = {
    "logs": (LogEntry(log="a", index=1),),
    "times": (SignedTime(at="2026-01-01T00:00:00Z", source="a"),),
}


def test_a_signature_that_does_not_count_covers_nothing() -> None:
    """A stolen key without the log that the policy asks for must not name the file that rides along."""
    rules = "  - id: signed\n    signature: {signers: [release], logs: 1}\n"
    good, stolen = signed("evil.py", **LOGGED), signed()
    for items in ((good, stolen), (stolen, good)):
        result = judge(rules, evidence(*items))
        assert (result.verdict, rule(result, "signed").verdict) == ("FAILED", "PASSED")
        assert left(rule(result, "coverage")) == ["evil.py"]
    bom = replace(stolen, predicate_type="https://cyclonedx.org/bom")
    assert left(rule(judge(rules, evidence(good, bom)), "coverage")) == ["evil.py"]
    assert messages(rule(judge(rules, evidence(stolen)), "coverage")) == [
        f"by-1 by {stolen.signer.label} does not count: it has entries in 0 of 1 required distinct logs"
    ]


@pytest.mark.parametrize(
    ("stated", "logs"),
    [("", 1), (", logs: 0", 0), (", logs: 2", 2), (", timestamps: 1", 0), (", unchecked: allow", 0)],
)
def test_a_stated_coverage_rule_asks_for_the_same_unless_it_says_otherwise(stated: str, logs: int) -> None:
    rules = f"  - id: all\n    coverage: {{signers: [release]{stated}}}\n"
    rules += "  - id: signed\n    signature: {signers: [release], logs: 1}\n"
    rules += "  - id: other\n    signature: {signers: [other], logs: 3}\n"
    rules += "  - id: bom\n    attestation: {predicate: cyclonedx, signers: [release], logs: 4}\n"
    (found, *_) = parse_policy(document(rules, release=(1,), other=(2,)).encode(), "p").rules
    assert isinstance(found, coverage.Rule)
    assert found.backing is not None
    assert found.backing.logs == logs


def test_certificates_cover_files() -> None:
    item = signed(".gitignore", signer=certified())
    assert left(covered(item, internal=CERTIFIED)) == [".gitignore"]
    assert left(covered(item, internal=CERTIFIED, allow="allowIgnored: [.gitignore]")) == []

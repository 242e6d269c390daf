"""Other scanners as they behave and misbehave, each a small program of its own here."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from attest.domain.scan import ScanFinding
from attest.errors import InputError
from attest.operations.second_opinion import TOOLS, opinions, programs

CALL = b"cos\nsystem\n(S'x'\ntR."
Make = Callable[[str, str], dict[str, str]]


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    (folder / "sub").mkdir(parents=True)
    (folder / "bad.pkl").write_bytes(CALL)
    (folder / "sub" / "b c.bin").write_bytes(b"(lp0\nI1\na.")
    (folder / "config.json").write_text("{}")
    (folder / "link.pkl").symlink_to(folder / "bad.pkl")
    return folder


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a program in Python that poses as a scanner; gives where it is."""

    def write(name: str, code: str) -> dict[str, str]:
        path = tmp_path / "tools" / "bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!{sys.executable} -I\nimport json, os, sys, time\n{code}\n")
        path.chmod(0o755)
        return {name: str(path)}

    return write


def asked(
    model: Path, where: dict[str, str], names: Sequence[str] = (), timeout: float = 20
) -> tuple[tuple[ScanFinding, ...], tuple[str, ...]]:
    return opinions(model, names or tuple(where), timeout=timeout, where=where)


def only(found: tuple[tuple[ScanFinding, ...], tuple[str, ...]]) -> ScanFinding:
    (finding,) = found[0]
    return finding


SAYS_BAD = "print(sys.argv[-1] + \"/bad.pkl: dangerous import 'os system' FOUND\\nSCAN SUMMARY\"); sys.exit(1)"


def test_a_flag_becomes_a_finding_that_blocks(model: Path, make: Make, tmp_path: Path) -> None:
    where = make("picklescan", SAYS_BAD)
    (tmp_path / "tools" / "lib" / "python3.11" / "site-packages" / "picklescan-9.8.7.dist-info").mkdir(parents=True)
    findings, versions = asked(model, where)
    assert versions == ("picklescan 9.8.7",)
    assert findings == (
        ScanFinding(
            file="bad.pkl", rule="scan.second-opinion", message="dangerous import os system", by="picklescan 9.8.7"
        ),
    )
    assert findings[0].effect == "block"


def test_a_single_file_is_its_own_name(model: Path, make: Make) -> None:
    where = make("picklescan", SAYS_BAD.replace('"/bad', '"').replace(".pkl:", ":", 1))
    assert only(asked(model / "bad.pkl", where)).file == "bad.pkl"


def test_nothing_found_adds_nothing(model: Path, make: Make) -> None:
    assert asked(model, make("picklescan", "print('SCAN SUMMARY')"))[0] == ()


def test_a_code_that_flags_without_a_place_counts(model: Path, make: Make) -> None:
    finding = only(asked(model, make("picklescan", "print('SCAN SUMMARY'); sys.exit(1)")))
    assert (finding.file, finding.rule) == (".", "scan.second-opinion")


def test_modelscan_is_read_from_its_file(model: Path, make: Make) -> None:
    code = (
        "out = sys.argv[sys.argv.index('-o') + 1]\n"
        "issue = {'severity': 'CRITICAL', 'source': 'sub/b c.bin:x', 'description': 'unsafe'}\n"
        "json.dump({'issues': [issue]}, open(out, 'w')); sys.exit(1)"
    )
    finding = only(asked(model, make("modelscan", code)))
    assert (finding.file, finding.members, finding.message) == ("sub/b c.bin", ("x",), "unsafe")


def test_modelaudit_is_read_from_its_sarif(model: Path, make: Make) -> None:
    code = (
        "out = sys.argv[sys.argv.index('--output') + 1]\n"
        "place = {'physicalLocation': {'artifactLocation': {'uri': sys.argv[2] + '/sub/b%20c.bin'}}}\n"
        "results = [{'level': 'error', 'message': {'text': 'bad'}, 'locations': [place]}]\n"
        "json.dump({'runs': [{'results': results}]}, open(out, 'w'))"
    )
    assert only(asked(model, make("modelaudit", code))).file == "sub/b c.bin"


def test_fickling_is_asked_for_each_file_that_unpicklers_read(model: Path, make: Make, tmp_path: Path) -> None:
    code = (
        f"open({str(tmp_path / 'log')!r}, 'a').write(os.path.basename(sys.argv[-1]) + '\\n')\n"
        "bad = sys.argv[-1].endswith('bad.pkl')\n"
        "severity = 'OVERTLY_MALICIOUS' if bad else 'LIKELY_SAFE'\n"
        "json.dump({'severity': severity, 'analysis': 'x'}, open(sys.argv[3], 'a')); sys.exit(int(bad))"
    )
    assert only(asked(model, make("fickling", code))).file == "bad.pkl"
    assert (tmp_path / "log").read_text().split("\n")[:-1] == ["bad.pkl", "b c.bin"]


def test_fickling_that_crashes_on_one_file_is_missing_for_that_file(model: Path, make: Make) -> None:
    code = (
        "if sys.argv[-1].endswith('bad.pkl'): raise ValueError\n"
        "json.dump({'severity': 'LIKELY_SAFE'}, open(sys.argv[3], 'a'))"
    )
    finding = only(asked(model, make("fickling", code)))
    assert (finding.file, finding.rule) == ("bad.pkl", "scan.opinion-missing")


def test_what_fickling_cannot_parse_is_no_verdict(model: Path, make: Make) -> None:
    assert asked(model, make("fickling", "sys.exit(2)"))[0] == ()


def test_the_package_is_asked_through_its_interpreter(model: Path, make: Make) -> None:
    code = (
        "assert sys.argv[1:3] == ['-I', '-c'] and 'modelaudit_picklescan' in sys.argv[3]\n"
        "for line in open(sys.argv[4]):\n"
        "    path = json.loads(line)\n"
        "    bad = path.endswith('bad.pkl')\n"
        "    print(json.dumps({'path': path, 'verdict': 'malicious' if bad else 'clean', 'findings': []}))"
    )
    finding = only(asked(model, make("modelaudit-picklescan", code)))
    assert (finding.file, finding.message) == ("bad.pkl", "malicious")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("sys.exit(3)", "printed no summary"),
        ("raise ValueError", "printed no summary"),
        ("os.kill(os.getpid(), 11)", "printed no summary"),
        ("print('\\xff\\0' * 1000)", "printed no summary"),
        ("sys.stdout.buffer.write(bytes(100 << 20))", "or more"),
        ("import subprocess\nwhile True: time.sleep(1)", "took longer than 2 seconds"),
        ("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)", "took longer than 2 seconds"),
    ],
)
def test_a_scanner_that_misbehaves_leaves_the_outcome_open(model: Path, make: Make, code: str, reason: str) -> None:
    finding = only(asked(model, make("picklescan", code), timeout=2))
    assert finding.rule == "scan.opinion-missing"
    assert finding.effect == "inconclusive"
    assert reason in finding.message


@pytest.mark.parametrize(
    "code", ["pass", "open(sys.argv[-1], 'w').write('{')", "os.symlink('/etc/passwd', sys.argv[-1])"]
)
def test_a_result_that_is_missing_or_broken_is_no_answer(model: Path, make: Make, code: str) -> None:
    assert only(asked(model, make("modelscan", code))).rule == "scan.opinion-missing"


def test_answers_for_fewer_files_than_asked_are_no_answer(model: Path, make: Make) -> None:
    finding = only(asked(model, make("modelaudit-picklescan", "print(json.dumps({'verdict': 'clean', 'path': 'x'}))")))
    assert "1 of 3 files" in finding.message


def test_what_a_scanner_started_ends_with_it(model: Path, make: Make, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    later = f"import time; time.sleep(2); open({str(mark)!r}, 'w')"
    code = f"import subprocess\nlate = {later!r}\nsubprocess.Popen([sys.executable, '-c', late])\nprint('SCAN SUMMARY')"
    assert asked(model, make("picklescan", code))[0] == ()
    time.sleep(2.5)
    assert not mark.exists()


def test_a_scanner_learns_nothing_of_the_caller(
    model: Path, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://user:pass@proxy")
    monkeypatch.setenv("PYTHONPATH", "/x")
    out = tmp_path / "environment"
    code = (
        f"json.dump([dict(os.environ), os.getcwd(), sys.stdin.read()], open({str(out)!r}, 'w'))\n"
        "open(os.path.join(os.environ['HOME'], 'file'), 'w').write('x')\n"
        "print('SCAN SUMMARY')"
    )
    asked(model, make("picklescan", code))
    environment, place, stdin = json.loads(out.read_text())
    assert stdin == ""
    assert environment["HOME"] == place
    assert not Path(place).exists()
    assert "secret" not in environment.values()
    assert "PYTHONPATH" not in environment
    assert environment["HTTPS_PROXY"] == environment["http_proxy"] == "http://127.0.0.1:9"
    for switch in ("CI", "DO_NOT_TRACK", "NO_ANALYTICS", "PROMPTFOO_DISABLE_TELEMETRY", "HF_HUB_OFFLINE"):
        assert environment[switch] == "1"


def test_a_scanner_has_no_network_where_the_system_allows_that(model: Path, make: Make, tmp_path: Path) -> None:
    out = tmp_path / "interfaces"
    code = f"import socket\nopen({str(out)!r}, 'w').write(os.readlink('/proc/self/ns/net'))\nprint('SCAN SUMMARY')"
    asked(model, make("picklescan", code))
    own = os.readlink("/proc/self/ns/net")
    if out.read_text() == own:
        pytest.skip("this system lets nobody make a network of his own")
    code = (
        "import socket\n"
        "try: socket.create_connection(('127.0.0.1', 9), 2); print('reached')\n"
        f"except OSError as error: open({str(out)!r}, 'w').write(type(error).__name__)\n"
        "print('SCAN SUMMARY')"
    )
    asked(model, make("picklescan", code))
    assert out.read_text() in {"OSError", "ConnectionRefusedError"}


def test_a_scanner_that_is_not_there_is_a_finding(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "executable", "/nowhere/bin/python")
    findings, versions = opinions(model, sorted(TOOLS), where={})
    assert {finding.rule for finding in findings} == {"scan.opinion-missing"}
    assert len(findings) == len(versions) == len(TOOLS)
    assert "ATTEST_OPINION_MODELAUDIT_PICKLESCAN" in str(findings)
    assert only(asked(model, {"picklescan": "/nowhere/picklescan"})).rule == "scan.opinion-missing"


def test_a_scanner_is_found_on_the_path(model: Path, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    where = make("picklescan", "print('SCAN SUMMARY')")
    monkeypatch.setenv("PATH", str(Path(where["picklescan"]).parent))
    assert opinions(model, ["picklescan", "picklescan"], where={}) == ((), ("picklescan",))


def test_the_environment_says_where_scanners_are() -> None:
    said = {
        "ATTEST_OPINION_MODELSCAN": "/a",
        "ATTEST_OPINION_MODELAUDIT_PICKLESCAN": "/b",
        "ATTEST_OPINION_PICKLESCAN": "",
    }
    assert programs(said) == {"modelscan": "/a", "modelaudit-picklescan": "/b"}


def test_an_unknown_scanner_is_wrong_use(model: Path) -> None:
    with pytest.raises(InputError, match="no scanner 'clamav'") as caught:
        opinions(model, ["clamav"])
    assert "picklescan" in caught.value.hint


def test_several_scanners_each_have_their_time(model: Path, make: Make) -> None:
    where = make("picklescan", SAYS_BAD) | make("fickling", "time.sleep(60)")
    findings, versions = asked(model, where, ("fickling", "picklescan"), timeout=2)
    assert [finding.rule for finding in findings] == ["scan.opinion-missing", "scan.second-opinion"]
    assert versions == ("fickling", "picklescan")

"""A scan with something of everything, for the tests of its reports."""

from __future__ import annotations

from attest.domain.scan import FileScan, Scan, ScanFinding

HOSTILE = "evil\x1b[31m\u202e.pt"
CALL = ScanFinding(
    file="weights/model.pt",
    members=("archive/data.pkl",),
    offset=1234,
    length=12,
    rule="pickle.name-not-allowed",
    message="the pickle refers to a name that is on no list",
    value="os:system",
)
NATIVE = ScanFinding(
    file="weights/model.pt",
    members=("archive/data.pkl",),
    offset=99,
    rule="pickle.native-state",
    message="state of a native type is filled without a check",
    value="sklearn.tree._tree Tree",
    profile="sklearn-native",
)
SECRET = ScanFinding(
    file="config.json", offset=7, length=40, rule="secret.found", message="a token in line 1", value="sha256:abcd…"
)
UNREAD = ScanFinding(
    file="nested.tar.gz",
    members=("nested.tar", "inner.7z"),
    rule="archive.unsupported",
    message="archives of the kind 7z cannot be opened here",
)
OPINION = ScanFinding(
    file="weights/model.pt", rule="scan.second-opinion", message="dangerous: posix system", by="picklescan 1.0.5"
)
PRESENT = ScanFinding(file="plain.pkl", offset=0, rule="pickle.present", message="a pickle")


def file_scan(name: str, outcome: str, *findings: ScanFinding, **more: object) -> FileScan:
    """A file with an outcome and findings."""
    return FileScan(file=name, size=1000, outcome=outcome, findings=findings, **more)  # type: ignore[arg-type]


FILES = (
    file_scan("config.json", "PASS", SECRET, formats=("json",), interpreted=1000),
    file_scan("nested.tar.gz", "INCONCLUSIVE", UNREAD, formats=("compressed", "tar", "sevenzip"), left_out=3),
    file_scan("plain.pkl", "PASS", PRESENT, formats=("pickle",), profiles=("python-data",), interpreted=900),
    file_scan("README.md", "PASS", formats=("text",)),
    file_scan(
        "weights/model.pt", "BLOCK", CALL, NATIVE, OPINION, formats=("zip", "pickle"),
        profiles=("sklearn-native", "torch-weights"), interpreted=500, opaque=400, refers_to=("other.bin",),
    ),
)  # fmt: skip


def scan(*files: FileScan, outcome: str = "BLOCK") -> Scan:
    """A scan of these files, with everything else filled in."""
    return Scan(
        outcome=outcome,  # type: ignore[arg-type]
        files=files,
        tool_version="0.5.0",
        allowlist="a" * 64,
        profiles_allowed=("default",),
        options=(("limit.depth", "8"), ("limit.opcodes", "20000000")),
        asked_names=("my_package.layers:Gate",),
        second_opinions=("picklescan 1.0.5",),
    )


SCAN = scan(*FILES)
CLEAN = scan(FILES[3], outcome="PASS")

"""Describe the same real models with attest and with its peers, and write what each of them says as a table.

`scripts/compare-boms [--write]` sets up the peers, describes every model of scripts/fixtures models with each tool, and
prints the table; with --write it goes to docs/bom-comparison.md. Peers run offline, with telemetry off, on copies.
A cell counts what the tool's own document holds; nothing is added to a peer's document, and nothing taken away.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from attest.bom.score import score  # noqa: E402 - the scripts run from a checkout, not from an installed package
from attest.domain.strict_json import Limits, as_object, parse  # noqa: E402
from attest.errors import AttestError  # noqa: E402

Json = dict[str, Any]
MODELS = ROOT / ".cache" / "models"
PEERS = ROOT / ".venvs" / "bompeers" / "bin"
CDXGEN = ROOT / ".venvs" / "cdxgen" / "node_modules" / ".bin" / "cdxgen"
OURS = ROOT / ".venv" / "bin" / "attest"
DATASETS = ("penguins", "vega")
PROFILES = ("owasp-aibom", "aisbom", "g7ai-2026", "ntia-2021", "cisa-2025", "bsi-tr-03183-2", "eu-ai-act-annex-xi")
WEIGHTS = (
    ".safetensors",
    ".gguf",
    ".part00",
    ".onnx",
    ".pth",
    ".pt",
    ".jit",
    ".h5",
    ".ftz",
    ".tflite",
    ".xz",
    ".joblib",
)
NAMES = {"minilm": "sentence-transformers/all-MiniLM-L6-v2"}
QUIET = {"AISBOM_OFFLINE": "1", "AISBOM_NO_TELEMETRY": "1", "DO_NOT_TRACK": "1", "CDXGEN_DEBUG_MODE": ""}
MAX_DOCUMENT = 1 << 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool: its name and the command that describes a folder into a file."""

    name: str
    command: Callable[[Path, Path], list[object] | None]


def ours(form: str) -> Callable[[Path, Path], list[object]]:
    """The command of attest for one form."""

    def command(model: Path, out: Path) -> list[object]:
        verb = "dataset" if model.name in DATASETS else "model"
        name = ("--name", NAMES[model.name]) if model.name in NAMES else ()
        who = ("--author", "attest comparison <boms@example.org>")
        when = ("--timestamp", "2026-11-24T00:00:00Z")
        shape = ("--layout", "inventory", "--bsi") if form.startswith("cyclonedx") else ()
        return [OURS, "bom", verb, model, "--output", out, "--format", form, *shape, *name, *who, *when]

    return command


def largest(model: Path) -> Path | None:
    """The largest weight file, for a tool that takes one file."""
    found = [path for path in model.rglob("*") if path.suffix in WEIGHTS]
    return max(found, key=lambda path: path.stat().st_size, default=None)


def pitloom(model: Path, out: Path) -> list[object] | None:
    """pitloom describes one file."""
    file = largest(model)
    return [PEERS / "pitloom", "model", file, "--offline", "-o", out] if file else None


TOOLS = (
    Tool(name="attest, CycloneDX 1.7", command=ours("cyclonedx-1.7")),
    Tool(name="attest, SPDX 3.0.1", command=ours("spdx-3.0.1")),
    Tool(name="cdxgen 12.8.4", command=lambda model, out: [CDXGEN, "-t", "ai", "-o", out, model]),
    Tool(
        name="toolkit-ml-provenance 1.0.0",
        command=lambda model, out: [
            PEERS / "toolkit-mlsbom",
            "generate",
            "--root",
            model,
            "--include",
            "**/*",
            "--format",
            "cyclonedx",
            "--out",
            out,
        ],
    ),
    Tool(name="pitloom 0.20.2", command=pitloom),
    Tool(
        name="aisbom-cli 1.7.0",
        command=lambda model, out: [PEERS / "aisbom", "scan", model, "--no-fail-on-risk", "--output", out],
    ),
)


def run(command: list[object]) -> tuple[float, str]:
    """CPU seconds of a command, and the end of what it said when it failed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, env={**os.environ, **QUIET}, timeout=300, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, "" if done.returncode == 0 else (done.stderr or done.stdout)[-200:]


def leaves(node: object) -> int:
    """How many values hang below a node."""
    if isinstance(node, dict):
        return sum(leaves(item) for key, item in node.items() if key != "bom-ref")
    if isinstance(node, list):
        return sum(map(leaves, node))
    return 1


def components(document: Json) -> Iterator[Json]:
    """Every component of a CycloneDX document."""
    waiting = [document.get("metadata", {}).get("component") or {}, *document.get("components", ())]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.get("components", ())


def counts(document: Json) -> dict[str, int]:
    """What a document holds: values of the card, hashed things, datasets, base models."""
    if "@graph" in document:
        graph = [item for item in document["@graph"] if isinstance(item, dict)]
        models = [item for item in graph if item.get("type") == "ai_AIPackage"]
        own = ("ai_", "software_", "suppliedBy", "originatedBy", "releaseTime", "description", "summary")
        relations = [item.get("relationshipType") for item in graph]
        return {
            "card": max((sum(leaves(item[key]) for key in item if key.startswith(own)) for item in models), default=0),
            "hashed": sum(1 for item in graph if item.get("verifiedUsing")),
            "datasets": sum(1 for item in graph if item.get("type") == "dataset_DatasetPackage"),
            "lineage": relations.count("descendantOf"),
        }
    found = list(components(document))
    cards = [item["modelCard"] for item in found if "modelCard" in item]
    return {
        "card": max(map(leaves, cards), default=0),
        "hashed": sum(1 for item in found if item.get("hashes")),
        "datasets": sum(1 for item in found if item.get("type") == "data" and item.get("data")),
        "lineage": sum(len(item.get("pedigree", {}).get("ancestors", ())) for item in found),
    }


def scores(data: bytes) -> dict[str, str]:
    """Percent under each profile, or a dash where the profile grades no document of this format."""
    document = as_object(parse(data, Limits(size=MAX_DOCUMENT), "the document"), "the document")
    return {profile: percent(document, profile) for profile in PROFILES}


def percent(document: Json, profile: str) -> str:
    """Percent under one profile."""
    try:
        return score(document, profile).percent
    except AttestError:
        return "–"


def row(tool: Tool, model: Path, folder: Path) -> str:
    """One line of the table."""
    out = folder / f"{model.name}-{tool.name.split()[0].strip(',')}-{len(tool.name)}.json"
    command = tool.command(model, out)
    if command is None:
        return f"| {tool.name} | – | – | – | – | – |" + " – |" * len(PROFILES)
    seconds, failed = run(command)
    if not out.exists():
        print(failed, file=sys.stderr)
        return f"| {tool.name} | no document | – | – | – | {seconds:.2f} |" + " – |" * len(PROFILES)
    data = out.read_bytes()
    held, graded = counts(json.loads(data)), scores(data)
    cells = [held["card"], held["hashed"], held["datasets"], held["lineage"], f"{seconds:.2f}", *graded.values()]
    return f"| {tool.name} | {' | '.join(map(str, cells))} |"


def tables(folder: Path) -> Iterator[str]:
    """The whole page, line by line."""
    yield "# Bills of materials compared"
    yield ""
    yield "Written by `scripts/compare-boms --write`; made by running every tool on the same real models, offline."
    yield "*card* counts values in the model card (SPDX: of the AI package), *hashed* components with a digest,"
    yield "*datasets* and *bases* components of those kinds, *CPU s* seconds of the whole process (one run)."
    yield "The other columns are percent under a profile of `attest bom score`, ours by the same code as the others."
    yield "`–` means that the tool takes no such input or wrote nothing."
    for model in sorted(path for path in MODELS.iterdir() if path.is_dir()):
        yield ""
        yield f"## {model.name}"
        yield ""
        yield f"| tool | card | hashed | datasets | bases | CPU s | {' | '.join(PROFILES)} |"
        yield f"|---|{'---:|' * (5 + len(PROFILES))}"
        for tool in TOOLS:
            yield row(tool, model, folder)


def main() -> int:
    """Print the page, and write it when asked to."""
    with tempfile.TemporaryDirectory(prefix="attest-compare-") as folder:
        lines = []
        for line in tables(Path(folder)):
            print(line, flush=True)
            lines.append(line)
    if "--write" in sys.argv[1:]:
        (ROOT / "docs" / "bom-comparison.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

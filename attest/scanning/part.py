"""A part: a file of the artifact, or something inside one, with all that a scanner of it needs.

A scanner is a function of a part. It reads `part.source`, reports what it finds, hands members over to `part.inside`,
and counts what it read and what it left as opaque data. It raises DocumentError for content that breaks the rules of
its format, and nothing else: the part's findings up to there stay.
"""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from attest.domain.manifest import printable
from attest.domain.scan import Outcome, ScanFinding, outcome_of
from attest.domain.scan_rules import RULES
from attest.errors import DocumentError
from attest.formats.source import Source
from attest.scanning.allowlist import Allowed
from attest.scanning.budget import Budget, BudgetError

MAX_VALUE = 200
MAX_LEFT_OUT = 10_000
MAX_MESSAGE = 400
_UNLIMITED = 1 << 62
_BROKEN = (zlib.error, lzma.LZMAError, EOFError, UnicodeError)
_MISTAKES = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError, LookupError, AssertionError,
    NotImplementedError, RuntimeError, struct.error,
)  # fmt: skip

Scanner: TypeAlias = "Callable[[Part], None]"


@dataclass(slots=True)
class Found:
    """Everything found in one file of the artifact. At most `most` findings are kept; all of them count."""

    most: int
    findings: list[ScanFinding] = field(default_factory=list)
    effects: set[str] = field(default_factory=set)
    seen: set[tuple[object, ...]] = field(default_factory=set)
    left_out: int = 0
    formats: list[str] = field(default_factory=list)
    profiles: set[str] = field(default_factory=set)
    refers_to: set[str] = field(default_factory=set)
    needs: dict[str, int] = field(default_factory=dict)
    interpreted: int = 0
    opaque: int = 0

    @property
    def outcome(self) -> Outcome:
        """The outcome so far."""
        return outcome_of(self.effects)

    def add(self, finding: ScanFinding) -> None:
        """Take in a finding; one that stands there already (same rule, place and value) is not repeated.

        Raises BudgetError after every 10,000 findings that are not kept.
        """
        effect = finding.effect
        key = (finding.rule, finding.members, finding.value or finding.message)
        if key in self.seen:
            return
        if len(self.findings) >= self.most and effect in self.effects:
            self.left_out += 1
            if self.left_out % MAX_LEFT_OUT == 0:
                raise BudgetError("one thing after another is wrong with it, and the rest was not looked at")
            return
        self.effects.add(effect)
        self.seen.add(key)
        self.findings.append(finding)


@dataclass(slots=True, kw_only=True)
class Part:
    """One thing to be scanned; see the module.

    `name` is its own name (the last part of the way to it), which is never believed, only taken as one more hint of
    who would read it. `depth` is 0 for a file. `allowed` are the names that pickles may refer to.
    """

    source: Source
    file: str
    members: tuple[str, ...] = ()
    depth: int = 0
    budget: Budget
    found: Found
    allowed: Allowed
    scan: Scanner

    @property
    def name(self) -> str:
        """The name of this part alone, with its folders."""
        return self.members[-1] if self.members else self.file

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self.source.size

    def report(
        self, rule: str, message: str, *, offset: int = -1, length: int = 0, value: str = "", profile: str = ""
    ) -> None:
        """Report a finding by a rule of the catalogue; text from the file is escaped and cut here."""
        self.found.add(
            ScanFinding(
                file=printable(self.file),
                members=tuple(printable(member)[:MAX_VALUE] for member in self.members),
                offset=offset,
                length=length,
                rule=RULES[rule].id,
                message=printable(message)[:MAX_MESSAGE],
                value=printable(value)[:MAX_VALUE],
                profile=profile,
            )
        )

    def format(self, name: str) -> None:
        """Note a reader that would take these bytes (an id in lower case, such as `torch-zip`)."""
        if name not in self.found.formats:
            self.found.formats.append(name)

    def interpreted(self, count: int) -> None:
        """Bytes of this part that were read as structure. Raises BudgetError when that is more than allowed."""
        self.found.interpreted += count
        self.budget.spend_read(count)

    def opaque(self, count: int) -> None:
        """Bytes of tensors and the like that were accounted for and not read."""
        self.found.opaque += count

    def refers_to(self, name: str, size: int = 0) -> None:
        """Another file of the artifact that this one makes a loader open, relative to the artifact's root.

        `size` is how many bytes it must have at least.
        """
        self.found.refers_to.add(name)
        if size:
            self.found.needs[name] = max(size, self.found.needs.get(name, 0))

    def inside(self, name: str, source: Source) -> None:
        """Scan a member for what it is. One level too deep is a finding, and so is everything in it."""
        self.child(name, source, self.scan)

    def child(self, name: str, source: Source, scanner: Scanner) -> None:
        """Scan a member as one thing, whatever it looks like."""
        if self.depth >= self.budget.limits.depth:
            self.report("scan.budget", f"nested deeper than {self.budget.limits.depth} levels", value=name)
            return
        self.budget.check_time()
        part = Part(
            source=source,
            file=self.file,
            members=(*self.members, name),
            depth=self.depth + 1,
            budget=self.budget,
            found=self.found,
            allowed=self.allowed,
            scan=self.scan,
        )
        part.attempt(scanner)

    def attempt(self, scanner: Scanner, malformed: str = "file.malformed") -> bool:
        """Run a scanner over this part; whatever it raises becomes a finding. False when it did not come to its end."""
        return _attempt(self, scanner, malformed)

    def window(self, name: str, offset: int, length: int) -> Source:
        """A range of this part as a source of its own. Raises DocumentError when the range leaves the part."""
        self.source.read(offset + length, 0)
        read = self.source.up_to
        return Source(
            name, length, lambda at, count: read(offset + at, count), max_bytes=_UNLIMITED, max_reads=_UNLIMITED
        )


def _attempt(part: Part, scanner: Scanner, malformed: str) -> bool:
    """Every failure of a scanner is a finding, and never a PASS."""
    try:
        scanner(part)
    except DocumentError as error:
        part.report(malformed, error.message)
    except BudgetError as error:
        part.report("scan.budget", str(error))
    except RecursionError:
        part.report("scan.budget", "the content is nested more deeply than is followed")
    except MemoryError:
        part.report("scan.budget", "there is not enough memory to read the content")
    except _BROKEN as error:
        part.report(malformed, f"the content cannot be decoded: {error}")
    except OSError as error:
        part.report("scan.internal-error", f"the file cannot be read: {error.strerror or error}")
    except _MISTAKES as error:
        part.report("scan.internal-error", f"{type(error).__name__}: {error}")
    else:
        return True
    return False

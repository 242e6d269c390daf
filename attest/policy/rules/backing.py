"""What must stand behind each attestation that counts: verified times, log entries, nothing left unchecked.

An attestation without it does not count, as if it were not there; its signature is good all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from attest.domain.attestation import Attestation
from attest.domain.verdict import Reason
from attest.policy.reader import Reader
from attest.policy.yaml_subset import Node

MEMBERS = ("timestamps", "logs", "unchecked")
MAX_REQUIRED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """At least `timestamps` times by distinct sources and entries in `logs` distinct logs.

    With `unchecked` false, material that had no trust anchor takes the attestation out.
    """

    timestamps: int = 0
    logs: int = 0
    unchecked: bool = True

    def fault(self, item: Attestation) -> str:
        """Why an attestation does not count, or an empty string."""
        times = len({time.source for time in item.times})
        logs = len({entry.log for entry in item.logs})
        if times < self.timestamps:
            return f"{times} of {self.timestamps} required timestamps by distinct sources"
        if logs < self.logs:
            return f"entries in {logs} of {self.logs} required distinct logs"
        if item.unchecked and not self.unchecked:
            return f"material that was not checked ({', '.join(item.unchecked[:3])})"
        return ""


NOTHING = Backing()


def read_backing(reader: Reader, members: Mapping[str, Node], where: str) -> Backing:
    """Read the members `timestamps`, `logs` and `unchecked` of a rule."""
    word = reader.choice(members.get("unchecked"), f"{where}.unchecked", ("allow", "deny"), default="allow")
    return Backing(
        timestamps=reader.integer(members.get("timestamps"), f"{where}.timestamps", low=0, high=MAX_REQUIRED),
        logs=reader.integer(members.get("logs"), f"{where}.logs", low=0, high=MAX_REQUIRED),
        unchecked=word == "allow",
    )


def strictest(backings: Iterable[Backing]) -> Backing:
    """What satisfies all of these."""
    all_of = list(backings)
    return Backing(
        timestamps=max((item.timestamps for item in all_of), default=0),
        logs=max((item.logs for item in all_of), default=0),
        unchecked=all(item.unchecked for item in all_of),
    )


def not_backed(backing: Backing, items: Iterable[Attestation]) -> list[Reason]:
    """One reason for each attestation that does not count."""
    return [
        Reason(
            message=f"{item.source} by {item.signer.label} does not count: it has {fault}",
            mend="Have it signed again with what the rule asks for, and name its sources under the policy's `trust`.",
        )
        for item in items
        if (fault := backing.fault(item))
    ]

"""What is known against the components of a bill, from OSV or PyPI through pip-audit, or from a local copy of OSV data,
and what VEX documents say of it.

Only `audit` with `osv` or `pypi` sends anything: names and versions of packages, to the address that was named.
"""

from __future__ import annotations

from attest.vulnerabilities.audit import Advisories, Audit, AuditOptions, audit
from attest.vulnerabilities.deadline import Patience
from attest.vulnerabilities.vex import Attached, attach, read_vex
from attest.vulnerabilities.vex_statement import Statement

__all__ = ["Advisories", "Attached", "Audit", "AuditOptions", "Patience", "Statement", "attach", "audit", "read_vex"]

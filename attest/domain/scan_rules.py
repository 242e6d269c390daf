"""The closed catalogue of what a scan can find: a rule for each kind of finding, with what it means and how to mend it.

Documentation and SARIF are made from it. Ids are stable; a rule that changes its meaning gets a new id. Severity and
effect belong to the rule, never to a single finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attest.domain.scan_rule import Rule
from attest.domain.scan_rules_files import FILE_RULES
from attest.domain.scan_rules_pickle import PICKLE_RULES
from attest.domain.scan_rules_repository import REPOSITORY_RULES

_ALL = (*PICKLE_RULES, *FILE_RULES, *REPOSITORY_RULES)
RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in _ALL})
"""Id → rule."""

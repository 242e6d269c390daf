"""Columns of many tables → the features of one dataset.

Tables of one configuration are parts of one table: their columns are put together. Configurations with columns of
their own, and tables that nothing puts together, keep theirs apart by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from attest.domain.bom import Feature, Origin
from attest.formats.facts import Table

MAX_SCHEMAS = 200
MAX_FEATURES = 4_096
MAX_TYPES = 3

_Schema = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class _Where:
    """Where columns were seen: the first file, the configurations, and whether their types are only concluded."""

    file: str
    configs: set[str | None]
    sampled: bool


@dataclass(slots=True)
class Columns:
    """Gathers the columns of tables; different sets of columns are kept apart, up to 200 of them."""

    schemas: dict[_Schema, _Where] = field(default_factory=dict)

    def add(self, table: Table, config: str | None, file: str) -> None:
        """Take in one table; `config` is None when nothing says what it is part of."""
        known = self.schemas.get(table.columns)
        if known is not None:
            known.configs.add(config)
            known.sampled = known.sampled or table.sampled
        elif len(self.schemas) < MAX_SCHEMAS:
            self.schemas[table.columns] = _Where(file, {config}, table.sampled)

    def alike(self) -> bool:
        """Whether there is no more than one set of columns."""
        return len(self.schemas) <= 1

    def features(self) -> tuple[Feature, ...]:
        """At most 4,096 features, in the order of the tables."""
        configs = {config for where in self.schemas.values() for config in where.configs}
        if len(configs) <= 1 and (None not in configs or self.alike()):
            return tuple(_merged(self.schemas.items(), ""))[:MAX_FEATURES]
        if None not in configs:
            return tuple(self._by_config(sorted(config for config in configs if config is not None)))[:MAX_FEATURES]
        apart = (_merged([item], f"{item[1].file}: ") for item in self.schemas.items())
        return tuple(feature for features in apart for feature in features)[:MAX_FEATURES]

    def _by_config(self, configs: list[str]) -> Iterator[Feature]:
        if self.alike():
            yield from _merged(self.schemas.items(), "")
            return
        for config in configs:
            mine = [item for item in self.schemas.items() if config in item[1].configs]
            yield from _merged(mine, f"{config or 'default'}/")


def _merged(schemas: Iterable[tuple[_Schema, _Where]], prefix: str) -> list[Feature]:
    """The columns of tables that belong together, each once; a column with several types has all of them."""
    types: dict[str, dict[str, None]] = {}
    told: dict[str, tuple[Origin, str]] = {}
    for schema, where in schemas:
        for name, kind in schema:
            types.setdefault(name, {})[kind] = None
            told.setdefault(name, ("inferred" if where.sampled else "observed", where.file))
    return [
        Feature(
            name=f"{prefix}{name}", type=" | ".join(list(kinds)[:MAX_TYPES]), origin=told[name][0], source=told[name][1]
        )
        for name, kinds in types.items()
    ]

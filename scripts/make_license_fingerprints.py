"""Makes attest/formats/data/license_fingerprints.json from collections of canonical licence texts.

    python scripts/make_license_fingerprints.py --spdx spdx-full.json --scancode licensedcode/data [--more FOLDER]

`spdx-full.json` lies in the npm package spdx-license-list (6.12.0), `licensedcode/data` in the wheel of
scancode-toolkit-mini (32.5.0); FOLDER holds further copies of known licences, each named by its id, such as
`GPL-3.0.txt`. Nothing is downloaded. Of long licences only digests and a few phrases are kept.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attest.formats.license_words import read_words, words_of

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "attest" / "formats" / "data" / "license_fingerprints.json"
ABOUT = (
    "Made by scripts/make_license_fingerprints.py from the canonical texts in the npm package spdx-license-list 6.12.0 "
    "and in scancode-toolkit-mini 32.5.0, by hand where that script says so. digests: SHA-256 of all words of a text, "
    "joined with spaces. templates: words, [one|of|these], and {n} for a name of up to n words. phrases: words that "
    "stand in this licence and in no other text of either collection. references: ScanCode's names for licences that "
    "SPDX does not list."
)

# id → ScanCode's key, for licences that are matched by digest.
LONG: Mapping[str, str] = {
    "AGPL-3.0": "agpl-3.0",
    "Apache-2.0": "apache-2.0",
    "Artistic-2.0": "artistic-2.0",
    "CC-BY-4.0": "cc-by-4.0",
    "CC-BY-NC-4.0": "cc-by-nc-4.0",
    "CC-BY-NC-ND-4.0": "cc-by-nc-nd-4.0",
    "CC-BY-NC-SA-4.0": "cc-by-nc-sa-4.0",
    "CC-BY-ND-4.0": "cc-by-nd-4.0",
    "CC-BY-SA-4.0": "cc-by-sa-4.0",
    "CC0-1.0": "cc0-1.0",
    "CDLA-Permissive-1.0": "cdla-permissive-1.0",
    "CDLA-Permissive-2.0": "cdla-permissive-2.0",
    "CDLA-Sharing-1.0": "cdla-sharing-1.0",
    "EPL-2.0": "epl-2.0",
    "EUPL-1.2": "eupl-1.2",
    "GPL-2.0": "gpl-2.0",
    "GPL-3.0": "gpl-3.0",
    "LGPL-2.1": "lgpl-2.1",
    "LGPL-3.0": "lgpl-3.0",
    "MPL-2.0": "mpl-2.0",
    "MS-PL": "ms-pl",
    "ODC-By-1.0": "odc-by-1.0",
    "ODbL-1.0": "odbl-1.0",
    "OFL-1.1": "ofl-1.1",
    "OpenMDW-1.0": "openmdw-1.0",
    "PDDL-1.0": "pddl-1.0",
}
# What SPDX does not list: name → ScanCode's key.
NAMED: Mapping[str, str] = {
    "BigCode Open RAIL-M v1 License Agreement": "bigcode-open-rail-m-v1",
    "BigScience Open RAIL-M License": "bigscience-open-rail-m",
    "BigScience RAIL License v1.0": "bigscience-rail-1.0",
    "CreativeML Open RAIL-M": "stable-diffusion-2022-08-22",
    "DeepSeek License Agreement v1.0": "deepseek-la-1.0",
    "Falcon 2 11B TII License Version 1.0": "falcon-2-11b-1.0",
    "Gemma Prohibited Use Policy": "gemma-pup-2024-02-21",
    "Gemma Terms of Use": "gemma-tou-2024-04-01",
    "LLaMA License Agreement": "llama-license-2023",
    "Llama 2 Community License Agreement": "llama-2-license-2023",
    "Llama 3.1 Community License Agreement": "llama-3.1-license-2024",
    "Llama 3.2 Community License Agreement": "llama-3.2-license-2024",
    "Llama 3.3 Community License Agreement": "llama-3.3-license-2024",
    "Llama 4 Community License Agreement": "llama-4-cla-2025",
    "NVIDIA Open Model License Agreement": "nvidia-open-model-2025-04-28",
    "Qwen License Agreement": "qwen-2024",
    "Stability AI Community License Agreement": "stability-ai-community-2024",
    "Tongyi Qianwen License Agreement": "tongyi-qianwen-2023",
}
# Later editions under the same name.
EDITIONS = {"Gemma Terms of Use": ("gemma-tou-2025-03-24",)}
# By hand, from the titles that these licences give themselves: no canonical text was at hand.
BY_TITLE: Mapping[str, tuple[str, ...]] = {
    "Llama 3 Community License Agreement": ("meta llama 3 community license agreement", "meta llama 3 version release"),
    "OPT-175B License Agreement": ("opt 175b license agreement",),
    "Falcon LLM License": ("falcon llm license", "technology innovation institute"),
    "Falcon 180B TII License": ("falcon 180b tii license version 1 0",),
}
# Where a text may end early: (id, first words of what is left out).
TAILS = (
    ("Apache-2.0", "appendix how to apply the apache license to your work"),
    ("Apache-2.0", "end of terms and conditions"),
    ("GPL-2.0", "how to apply these terms to your new programs"),
    ("GPL-3.0", "how to apply these terms to your new programs"),
    ("AGPL-3.0", "how to apply these terms to your new programs"),
    ("LGPL-2.1", "how to apply these terms to your new libraries"),
    ("LGPL-3.0", "gnu general public license version 3 29 june 2007 everyone"),
    ("EUPL-1.2", "appendix compatible licences according to article 5"),
    ("CC0-1.0", "creative commons corporation"),
    ("MPL-2.0", "exhibit b incompatible with secondary licenses notice"),
    ("EPL-2.0", "exhibit a form of secondary licenses notice"),
)
# What may be left out in the middle: (id, its first words, the first words after it).
MIDDLES = (
    (
        "Apache-2.0",
        "appendix how to apply the apache license to your work",
        "licensed under the apache license version 2 0 the license you may",
    ),
)
# Where a text may start later: (id, first words of what stays).
HEADS = (
    *((name, "attribution 4 0 international") for name in ("CC-BY-4.0",)),
    ("CC-BY-SA-4.0", "attribution sharealike 4 0 international"),
    ("CC-BY-NC-4.0", "attribution noncommercial 4 0 international"),
    ("CC-BY-NC-SA-4.0", "attribution noncommercial sharealike 4 0 international"),
    ("CC-BY-ND-4.0", "attribution noderivatives 4 0 international"),
    ("CC-BY-NC-ND-4.0", "attribution noncommercial noderivatives 4 0 international"),
    ("ODC-By-1.0", "preamble the open data commons attribution license"),
    ("ODbL-1.0", "preamble the open database license"),
)

_WARRANTY = ("express or implied", "[express|expressed] or implied")
_BSD = (
    ("conditions are met redistributions", "conditions are met [1|] redistributions"),
    ("conditions are met 1 redistributions", "conditions are met [1|a|] redistributions"),
    ("disclaimer 2 redistributions", "disclaimer [2|b|] redistributions"),
    ("disclaimer redistributions", "disclaimer [2|b|] redistributions"),
    ("distribution 3 neither the name of the copyright holder nor", "distribution [3|c|] neither the name of {12} nor"),
    ("distribution neither the name of owner organization nor", "distribution [3|c|] neither the name of {12} nor"),
    ("names of its contributors", "names of [its|the|any|other] contributors"),
    ("is provided by the copyright holders and contributors as is", "is provided by {12} as is"),
    ("and any express or implied warranties", "and any [express|expressed] or implied warranties"),
    ("shall the copyright holder or contributors be liable", "shall {12} be liable"),
)
_MIT = (
    ("permission notice shall be", "permission notice [including the next paragraph|] shall be"),
    _WARRANTY,
    ("and noninfringement", "and [noninfringement|non infringement]"),
    ("shall the authors or copyright holders be liable", "shall {12} be liable"),
)
_ISC = (
    ("modify and or distribute", "modify [and or|and|or] distribute"),
    ("as is and isc disclaims", "as is and {12} disclaims"),
    ("as is and the author disclaims", "as is and {12} disclaims"),
    ("shall isc be liable", "shall {12} be liable"),
    ("shall the author be liable", "shall {12} be liable"),
)
# id → title in the canonical text, titles that may stand first, and what may be otherwise.
SHORT: Mapping[str, tuple[str, tuple[str, ...], tuple[tuple[str, str], ...]]] = {
    "0BSD": ("", ("bsd zero clause license", "zero clause bsd", "zero clause bsd license", "0bsd"), _ISC),
    "BSD-2-Clause": (
        "",
        (
            "bsd 2 clause license",
            "the bsd 2 clause license",
            "simplified bsd license",
            "bsd license",
            "the 2 clause bsd license",
            "bsd 2 clause simplified license",
        ),
        _BSD,
    ),
    "BSD-3-Clause": (
        "",
        (
            "bsd 3 clause license",
            "the bsd 3 clause license",
            "new bsd license",
            "the 3 clause bsd license",
            "3 clause bsd license",
            "bsd license",
            "the bsd license",
            "revised bsd license",
            "bsd 3 clause new or revised license",
        ),
        _BSD,
    ),
    "BSD-3-Clause-Clear": ("the clear bsd license", ("the clear bsd license", "clear bsd license"), _BSD),
    "BSL-1.0": ("", ("boost software license",), (_WARRANTY,)),
    "ISC": ("isc license", ("isc license", "isc license isc", "the isc license"), _ISC),
    "MIT": (
        "mit license",
        ("mit license", "the mit license", "the mit license mit", "mit license mit", "license mit", "mit", "license"),
        _MIT,
    ),
    "MIT-0": ("mit no attribution", ("mit no attribution", "mit no attribution license", "mit 0"), _MIT[1:]),
    "PostgreSQL": (
        "postgresql database management system formerly known as postgres then as postgres95",
        (
            "postgresql database management system formerly known as postgres then as postgres95",
            "postgresql database management system also known as postgres formerly known as postgres95",
            "postgresql license",
            "the postgresql license",
        ),
        (
            ("in no event shall the university of california be", "in no event shall {12} be"),
            ("even if the university of california has been", "even if {12} [has|have] been"),
            ("such damage the university of california specifically", "such damage {12} specifically"),
            ("basis and the university of california has no", "basis and {12} [has|have] no"),
        ),
    ),
    "Unlicense": (
        "",
        ("the unlicense", "unlicense"),
        (
            _WARRANTY,
            (
                "for more information please refer to http unlicense org",
                "[for more information please refer to http "
                "unlicense org|for more information please refer to http unlicense org org|]",
            ),
        ),
    ),
    "WTFPL": ("", (), (("everyone is permitted", "[14 rue de plaisance 75014 paris france|] everyone is permitted"),)),
    "Zlib": (
        "zlib license",
        ("zlib license", "the zlib license", "zlib libpng license"),
        (
            ("without any express or implied", "without any [express|expressed] or implied"),
            ("acknowledgment in", "[acknowledgment|acknowledgement] in"),
            ("restrictions 1 the", "restrictions [1|] the"),
            ("required 2 altered", "required [2|] altered"),
            ("software 3 this", "software [3|] this"),
        ),
    ),
}
# By hand: words that show a short licence even when it is changed elsewhere. None stands in another short one.
SHORT_PHRASES: Mapping[str, tuple[str, ...]] = {
    "0BSD": ("for any purpose with or without fee is hereby granted the software is provided as is",),
    "BSD-2-Clause": (
        "redistributions of source code must retain the above copyright notice this list of conditions",
        "materials provided with the distribution this software is provided by",
    ),
    "BSD-3-Clause": (
        "redistributions of source code must retain the above copyright notice this list of conditions",
        "may be used to endorse or promote products derived from this software without specific prior written "
        "permission this software is provided by",
    ),
    "BSD-3-Clause-Clear": ("to any party s patent rights are granted by this license this software is provided by",),
    "BSL-1.0": ("and this entire statement including the above license grant this restriction and the following",),
    "ISC": ("for any purpose with or without fee is hereby granted provided that the above copyright notice and this",),
    "MIT": (
        "permission is hereby granted free of charge to any person obtaining a copy of this software and associated "
        "documentation files",
        "furnished to do so subject to the following conditions the above copyright notice and this permission notice",
    ),
    "MIT-0": (
        "permission is hereby granted free of charge to any person obtaining a copy of this software and associated "
        "documentation files",
        "to permit persons to whom the software is furnished to do so the software is provided as is",
    ),
    "PostgreSQL": ("provided that the above copyright notice and this paragraph and the following two paragraphs",),
    "Unlicense": ("this is free and unencumbered software released into the public domain",),
    "WTFPL": ("do what the fuck you want to public license terms and conditions",),
    "Zlib": ("the origin of this software must not be misrepresented you must not claim that you wrote",),
}
# Words of addresses, which changed while the licence did not.
_ADDRESS = frozenset({"51", "59", "69", "675", "franklin", "temple"})
_PORTIONS = re.compile(r"portions copyright c .*?(?=permission to use)")
# A text of so few words is a notice and not the licence.
_NOTICE = 200
_PHRASES = 4
_PHRASE = 9


def main() -> None:
    """Read the collections and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spdx", type=Path, required=True)
    parser.add_argument("--scancode", type=Path, required=True)
    parser.add_argument("--more", type=Path)
    given = parser.parse_args()
    spdx = {name: item["licenseText"] for name, item in json.loads(given.spdx.read_text()).items()}
    scancode = {path.stem: path.read_text() for path in sorted((given.scancode / "licenses").glob("*.LICENSE"))}
    corpus = _Corpus(spdx, scancode)
    texts = dict(_texts(spdx, scancode, given.more))
    table = {
        "about": ABOUT,
        "digests": dict(sorted(_digests(texts))),
        "templates": {name: _template(name, spdx) for name in sorted(SHORT)},
        "phrases": _phrases(texts, corpus),
        "references": dict(sorted(_references(scancode))),
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n")


def _words(text: str) -> tuple[str, ...]:
    return read_words(text.encode()).words


def _body(text: str) -> str:
    """A ScanCode file without its front matter."""
    return text.split("\n---\n", 1)[-1]


def _texts(
    spdx: Mapping[str, str], scancode: Mapping[str, str], more: Path | None
) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Each long licence with the words of every copy of it."""
    for name, key in (*LONG.items(), *NAMED.items()):
        copies = [_body(scancode[item]) for item in (key, *EDITIONS.get(name, ()))]
        if name in spdx:
            copies.append(spdx[name])
        if more is not None and (more / f"{name}.txt").exists():
            copies.append((more / f"{name}.txt").read_text())
        yield name, sorted({_words(copy) for copy in copies})


def _digests(texts: Mapping[str, list[tuple[str, ...]]]) -> Iterator[tuple[str, str]]:
    for name, copies in texts.items():
        for copy in copies:
            for words in _variants(name, copy):
                yield hashlib.sha256(" ".join(words).encode()).hexdigest(), name


def _variants(name: str, copy: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The whole text, and what is left of it without parts that are no terms."""
    heads = [0, *(at for owner, mark in HEADS if owner == name and (at := _find(copy, mark)) > 0)]
    ends = [len(copy), *(at for owner, mark in TAILS if owner == name and (at := _find(copy, mark)) > 0)]
    for start in heads:
        for end in ends:
            yield copy[start:end]
    for owner, first, after in MIDDLES:
        if owner == name and 0 < (start := _find(copy, first)) < (end := _find(copy, after)):
            yield copy[:start] + copy[end:]
            # The notice alone grants the licence that it names.
            yield copy[end:]


def _find(words: tuple[str, ...], mark: str) -> int:
    """Where `mark` stands for the last time, or -1."""
    wanted = tuple(mark.split())
    places = [at for at in range(len(words) - len(wanted) + 1) if words[at : at + len(wanted)] == wanted]
    return places[-1] if places else -1


def _template(name: str, spdx: Mapping[str, str]) -> str:
    title, titles, changes = SHORT[name]
    text = " ".join(_words(spdx[name]))
    text = _PORTIONS.sub("", text).removeprefix(title).strip()
    for before, after in changes:
        text = text.replace(before, after, 1)
    return f"[{'|'.join((*titles, ''))}] {text}" if titles else text


class _Corpus:
    """All texts of both collections, to find phrases that stand in one licence alone."""

    def __init__(self, spdx: Mapping[str, str], scancode: Mapping[str, str]) -> None:
        bodies = [*spdx.values(), *(_body(text) for text in scancode.values())]
        self.texts = sorted({f" {' '.join(words_of(text))} " for text in bodies})

    def others(self, phrase: str, own: Iterable[str]) -> int:
        """How many texts hold `phrase` that do not hold all of `own`, the licence itself or a text around it."""
        return sum(f" {phrase} " in text and not all(mark in text for mark in own) for text in self.texts)


def _phrases(texts: Mapping[str, list[tuple[str, ...]]], corpus: _Corpus) -> dict[str, list[str]]:
    variants = {
        name: [words for copy in copies for words in _variants(name, copy) if len(words) > _NOTICE]
        for name, copies in texts.items()
    }
    found = {name: _distinctive(copies, corpus) for name, copies in variants.items()}
    by_hand = {name: list(marks) for name, marks in (*SHORT_PHRASES.items(), *BY_TITLE.items())}
    return dict(sorted((found | by_hand).items()))


def _distinctive(copies: list[tuple[str, ...]], corpus: _Corpus) -> list[str]:
    """Phrases of all copies that the fewest other texts hold, from all parts of the text."""
    first = min(copies, key=len)
    inside = [f" {' '.join(copy)} " for copy in copies]
    middle = [" ".join(first[at : at + 40]) for at in (len(first) // 3, 2 * len(first) // 3)]
    chosen = []
    for part in range(_PHRASES):
        start, end = part * len(first) // _PHRASES, (part + 1) * len(first) // _PHRASES - _PHRASE
        step = max(1, (end - start) // 40)
        candidates = [" ".join(first[at : at + _PHRASE]) for at in range(start, max(start + 1, end), step)]
        shared = [
            phrase
            for phrase in candidates
            if all(f" {phrase} " in text for text in inside) and not _ADDRESS.intersection(phrase.split())
        ]
        if shared:
            chosen.append(min(shared, key=lambda phrase: corpus.others(phrase, middle)))
    return chosen


def _references(scancode: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, key in NAMED.items():
        match = re.search(r"^spdx_license_key: (LicenseRef-\S+)$", scancode[key], re.MULTILINE)
        if match is not None:
            yield name, match[1]


if __name__ == "__main__":
    main()

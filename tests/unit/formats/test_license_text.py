"""Whole licence texts: what is word for word a known licence, and what only looks like one."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.formats import license_text
from attest.formats.license_text import LicenseText, read_license, references
from attest.formats.license_words import MAX_TEXT, read_words, words_of
from tests.conftest import ROOT

MIT = """MIT License

Copyright (c) 2024 Acme, Inc. and contributors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""
APACHE = (ROOT / "LICENSE").read_text("utf-8")
GPL_GRANT = """Copyright (C) 2024 Acme

This program is free software: you can redistribute it and/or modify
it under the terms of the GNU General Public License as published by
the Free Software Foundation, either version 3 of the License, or
(at your option) any later version.

This program is distributed in the hope that it will be useful,
but WITHOUT ANY WARRANTY; without even the implied warranty of
MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
GNU General Public License for more details.

You should have received a copy of the GNU General Public License
along with this program.  If not, see <https://www.gnu.org/licenses/>.
"""
TABLE: dict[str, Any] = json.loads((files("attest.formats") / "data" / "license_fingerprints.json").read_text("utf-8"))


def whole(text: str) -> str:
    return read_license(text.encode()).whole


def test_the_usual_texts_are_known_word_for_word() -> None:
    assert read_license(MIT.encode()) == LicenseText(
        whole="MIT", phrases=("MIT",), copyright=("Copyright (c) 2024 Acme, Inc. and contributors",)
    )
    assert whole(APACHE) == "Apache-2.0"


@pytest.mark.parametrize(
    ("package", "name", "expected"),
    [
        ("cryptography", "LICENSE.APACHE", "Apache-2.0"),
        ("requests", "LICENSE", "Apache-2.0"),
        ("docker", "LICENSE", "Apache-2.0"),
        ("cryptography", "LICENSE.BSD", "BSD-3-Clause"),
        ("click", "LICENSE.txt", "BSD-3-Clause"),
        ("idna", "LICENSE.md", "BSD-3-Clause"),
        ("packaging", "LICENSE.BSD", "BSD-2-Clause"),
        ("pygments", "LICENSE", "BSD-2-Clause"),
        ("shellingham", "LICENSE", "ISC"),
        ("pathspec", "LICENSE", "MPL-2.0"),
        ("email-validator", "LICENSE", "Unlicense"),
        ("cfn-lint", "LICENSE", "MIT-0"),
        ("rich", "LICENSE", "MIT"),
        ("hypothesis", "LICENSE.txt", ""),
        ("cryptography", "LICENSE", ""),
        ("typing-extensions", "LICENSE", ""),
        ("regex", "LICENSE.txt", ""),
    ],
)
def test_real_files_of_packages(package: str, name: str, expected: str) -> None:
    found = [path for path in distribution(package).files or () if path.name == name and "_vendor" not in path.parts]
    assert found, f"{package} has no {name} any more"
    assert read_license(Path(str(found[0].locate())).read_bytes()).whole == expected


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.upper(),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: " ".join(text.split("\n\n")[2].split()) + "\n" + "\n".join(text.split("\n\n")[3:]),
        lambda text: "\ufeff" + text,
        lambda text: "".join(f"# {line}\n" for line in text.splitlines()),
        lambda text: text.replace("MIT License", "The MIT License (MIT)"),
        lambda text: text.replace("MIT License", "# MIT License\n"),
        lambda text: text.replace('"', "\u201c"),
        lambda text: text.replace("Copyright (c) 2024 Acme, Inc. and contributors", "Copyright (c) <year> <holder>"),
        lambda text: text.replace(
            "(c) 2024 Acme", "\u00a9 2019-2024 M\u00fcller & S\u00f6hne GmbH. All rights reserved."
        ),
        lambda text: text.replace("Copyright (c) 2024 Acme, Inc. and contributors", "Copyright Acme <a@acme.example>"),
        lambda text: text.replace("AUTHORS OR COPYRIGHT HOLDERS", "ACME CORPORATION"),
        lambda text: text.replace("permission notice shall", "permission notice (including the next paragraph) shall"),
    ],
)
def test_what_does_not_count(change: Any) -> None:
    changed = change(MIT)
    assert changed != MIT
    assert whole(changed) == "MIT"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("without restriction", "with restriction"),
        ("SOFTWARE.\n", "SOFTWARE.\n\nThe Software shall be used for Good, not Evil.\n"),
        ("MIT License\n", "MIT License with Commons Clause\n"),
        ("MIT License\n", "You may not use this model commercially.\n\nMIT License\n"),
        ("2024 Acme, Inc. and contributors", "2024 Acme. Non-commercial use only"),
        ("2024 Acme, Inc. and contributors", "2024 Acme, for military users this is void without written consent"),
        ("2024 Acme, Inc. and contributors", "2024 \u7981\u6b62\u5546\u7528"),
        ("2024 Acme, Inc. and contributors", "2024 " + "Acme " * 20),
        ("Copyright (c) 2024 Acme, Inc. and contributors", "All rights reserved. No use."),
        ("AUTHORS OR COPYRIGHT HOLDERS", "AUTHORS OF DERIVATIVES THAT MAY NOT BE SOLD"),
        ("and/or sell", "but not sell"),
        (", subject to the following conditions:", ":"),
        ("free of charge", "free of ch\u0430rge"),
        ("free of charge", "free of\u200b charge"),
        ("free of charge", "f\u0131ree of charge"),
        ("Software without", "Software, save where forbidden, without"),
        ("sublicense, ", ""),
        ("OTHER DEALINGS IN THE\nSOFTWARE.", "OTHER DEALINGS IN THE"),
    ],
)
def test_a_changed_licence_is_none(before: str, after: str) -> None:
    changed = MIT.replace(before, after)
    assert changed != MIT
    assert whole(changed) == ""


def test_a_changed_licence_shows_phrases() -> None:
    assert read_license((MIT + "\nNo commercial use.\n").encode()).phrases == ("MIT",)
    assert read_license(APACHE.replace("is not for the purposes", "is for the purposes").encode()).phrases == (
        "Apache-2.0",
    )


@pytest.mark.parametrize("word", ["not", "or", "and"])
def test_a_long_licence_with_a_word_less_is_none(word: str) -> None:
    changed = re.sub(rf"\b{word} ", "", APACHE, count=1)
    assert changed != APACHE
    assert whole(changed) == ""


def test_two_licences_in_one_text_are_no_licence() -> None:
    for text in (MIT + APACHE, APACHE + MIT, MIT + MIT):
        assert whole(text) == ""
    assert read_license((MIT + APACHE).encode()).phrases == ("Apache-2.0", "MIT")


def test_an_apache_notice_alone_names_its_licence() -> None:
    notice = APACHE[APACHE.index("   Licensed under the Apache License") :]
    assert whole("Copyright 2024 Acme\n\n" + notice) == "Apache-2.0"
    assert whole(notice.replace("may not use this file", "may not ever use this file")) == ""


def test_a_notice_that_is_bound_to_a_title_is_not_taken_from_the_text() -> None:
    """Lines that begin with the word, and go on as a sentence, are words of the licence."""
    assert read_words(b"Copyright notice, this list of conditions").words[0] == "copyright"
    assert read_words(b"copyright holders are not liable").words[0] == "copyright"


@pytest.mark.parametrize(
    ("grant", "name"),
    [
        (GPL_GRANT, "GPL-3.0-or-later"),
        (
            GPL_GRANT.replace("either version 3 of the License, or\n(at your option) any later version", "version 3"),
            "GPL-3.0-only",
        ),
        (GPL_GRANT.replace("General", "Affero General"), "AGPL-3.0-or-later"),
        (GPL_GRANT.replace("General", "Lesser General").replace("version 3", "version 2.1"), "LGPL-2.1-or-later"),
        (GPL_GRANT.replace("version 3", "version 2").replace("program", "library"), "GPL-2.0-or-later"),
    ],
)
def test_a_gnu_grant_tells_about_later_versions(grant: str, name: str) -> None:
    read = read_license(grant.encode())
    assert (read.grant, read.whole) == (name, re.sub("-(only|or-later)$", "", name))


def test_a_gnu_grant_may_stand_before_its_own_licence_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "GNU words of the licence\n"
    digest = hashlib.sha256(" ".join(words_of(text)).encode()).hexdigest()
    changed = TABLE | {"digests": {digest: "GPL-3.0"}}
    monkeypatch.setattr(license_text, "_table", lambda: changed)
    assert read_license(text.encode()) == LicenseText(whole="GPL-3.0", phrases=("GPL-3.0",))
    assert read_license((GPL_GRANT + text).encode()).grant == "GPL-3.0-or-later"
    assert read_license((GPL_GRANT + text + "but no sale").encode()).whole == ""
    assert read_license((GPL_GRANT.replace("version 3", "version 2") + text).encode()).whole == ""


def test_identifiers_are_read_and_stand_apart() -> None:
    read = read_license(b"# SPDX-License-Identifier: GPL-3.0-only\n# SPDX-FileCopyrightText: 2024 Acme\n")
    assert read == LicenseText(identifiers=("GPL-3.0-only",), copyright=("2024 Acme",), bare=True)
    assert read_license(("SPDX-License-Identifier: MIT\n\n" + MIT).encode()).whole == "MIT"
    assert read_license(b"see SPDX-License-Identifier: MIT").identifiers == ()


def test_copyright_lines_are_bounded_and_printable() -> None:
    lines = [f"Copyright (c) 2024 Acme {number}" for number in range(100)]
    assert read_license("\n".join(lines).encode()).copyright == tuple(lines[:64])
    assert read_license(b"Copyright (c) 2024 A\x1b[31m\n").copyright == ()
    assert read_license(("Copyright (c) 2024 " + "A" * 300).encode()).copyright == ()
    assert read_license(b"Copyright \xa9 2024 Acme").copyright == ()


def test_bytes_that_are_not_utf_8_are_no_licence() -> None:
    assert read_license(MIT.encode().replace(b"free of charge", b"free of charge\xff")).whole == ""
    assert read_license(MIT.encode("utf-16")).whole == ""
    assert read_license(b"") == LicenseText(bare=True)
    assert read_license(b"\xff\xfe\0").whole == ""


def test_a_huge_document_is_not_read() -> None:
    assert read_license(b"a" * (MAX_TEXT + 1)) == LicenseText(bare=True)


@pytest.mark.parametrize(
    "unit",
    [
        b"a ",
        b"Copyright (c) 2024 Acme\n",
        b"Copyright (c) 2024 a a a a\n",
        b"SPDX-License-Identifier: MIT\n",
        b"permission is hereby granted free of charge to any person obtaining ",
        b"<((((((((((\n",
        b"Copyright ((c) ((c) \n",
        b"\xff",
        b"neither the name of x nor ",
    ],
)
@pytest.mark.timeout(60)
def test_hostile_documents_of_full_size_take_linear_time(unit: bytes) -> None:
    data = (unit * (MAX_TEXT // len(unit)))[:MAX_TEXT]
    assert read_license(data).whole == ""


def test_every_template_accepts_its_own_text_and_no_other() -> None:
    for name, template in TABLE["templates"].items():
        text = re.sub(r"\{\d+\}", "acme", re.sub(r"\[([^|\]]*)[^\]]*\]", r"\1", template))
        assert whole(text) == name
        assert whole(f"{text} extra") == ""
        assert whole(text.replace(" the ", " every ", 1)) == ""


def test_every_set_of_phrases_is_of_one_licence() -> None:
    """A text of phrases alone shows its licence, and no licence shows another by all of its phrases."""
    for name, marks in TABLE["phrases"].items():
        read = read_license("\n".join(marks).encode())
        assert read.whole == ""
        assert read.phrases == (name,)


def test_the_table_holds_the_licences_that_are_promised() -> None:
    known = {*TABLE["digests"].values(), *TABLE["templates"], *TABLE["phrases"]}
    promised = re.findall(
        r"\S+",
        "0BSD AGPL-3.0 Apache-2.0 Artistic-2.0 BSD-2-Clause BSD-3-Clause BSD-3-Clause-Clear BSL-1.0 CC-BY-4.0 "
        "CC-BY-NC-4.0 CC-BY-NC-SA-4.0 CC-BY-ND-4.0 CC-BY-SA-4.0 CC0-1.0 CDLA-Permissive-1.0 "
        "CDLA-Permissive-2.0 CDLA-Sharing-1.0 EPL-2.0 EUPL-1.2 GPL-2.0 GPL-3.0 ISC LGPL-2.1 LGPL-3.0 MIT MIT-0 "
        "MPL-2.0 MS-PL ODC-By-1.0 ODbL-1.0 OFL-1.1 PDDL-1.0 PostgreSQL Unlicense WTFPL Zlib ",
    )
    named = {
        "Llama 2 Community License Agreement",
        "Llama 3 Community License Agreement",
        "Llama 3.1 Community License Agreement",
        "Gemma Terms of Use",
        "OPT-175B License Agreement",
    }
    assert {*promised, *named} <= known
    assert references()["Gemma Terms of Use"] == "LicenseRef-scancode-gemma-tou-2024-04-01"


@given(data=st.binary(max_size=400))
@settings(deadline=None, max_examples=100)
def test_any_bytes_are_read(data: bytes) -> None:
    read = read_license(data)
    assert read.whole == ""
    assert all(line.isprintable() for line in read.copyright)


@given(at=st.integers(0, 160), word=st.sampled_from(["", "not", "never", "commercial", "x"]))
@settings(deadline=None, max_examples=100)
def test_no_word_can_be_changed_where_no_name_stands(at: int, word: str) -> None:
    words = MIT.partition("Permission")[2].split()
    at %= len(words)
    if words[at].lower() == word:
        return  # that is no change: the case of a word does not count
    if any(
        name in " ".join(words[max(0, at - 1) : at + 2]) for name in ("AUTHORS", "COPYRIGHT", "HOLDERS", "THE", "BE")
    ):
        return
    changed = [*words[:at], *([word] if word else []), *words[at + 1 :]]
    assert whole("Permission " + " ".join(changed)) == ""

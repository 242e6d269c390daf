"""Code that lies among a model's files: Python source, start-up hooks of Python, programs, scripts, LFS pointers.

Nothing here judges what the code does. That it is there, and who would run it, is the finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from attest.errors import DocumentError
from attest.formats import extensions
from attest.formats.pickle_shape import disguised
from attest.formats.sniff import is_text
from attest.scanning.part import Part
from attest.scanning.repository import programs

_FIRST = 8192
_BLOCK = 1 << 16
_MAX_LINE = 1 << 16
_HOOKS = frozenset({"sitecustomize", "usercustomize"})
_COMPILED = frozenset({".pyc", ".pyo"})
_RUN_BY = {
    "setup.py": "; pip runs it when the folder is installed",
    "conftest.py": "; pytest runs it when tests are run in or below its folder",
    "__init__.py": "; Python runs it when its folder is imported",
    "__main__.py": "; Python runs it when it is given the folder or the archive",
}
# site.addpackage: a line that begins like this is executed, every other one is a place to import from.
_IMPORT = re.compile(rb"import[ \t]")
_SHEBANG = re.compile(rb"#![ \t]*([^\r\n]{0,200})")
_POINTER = re.compile(rb"oid sha256:([0-9a-f]{64})\r?\nsize ([0-9]{1,19})\r?\n?")


def scan_python(part: Part) -> None:
    """Report Python source; compiled modules count as programs and the modules that Python runs at start as hooks."""
    base, extension = extensions.split_name(part.name)
    first = part.source.up_to(0, _FIRST)
    if extension in _COMPILED or programs.is_bytecode(first):
        part.report("file.executable", "Python bytecode", offset=0)
        return
    if base.partition(".")[0] in _HOOKS:
        part.report("file.site-hook", "Python runs this module at every start when it finds it in its search path")
        return
    if not is_text(first, part.size):
        part.report("file.malformed", "the name is that of Python source, and the content is no text")
    if (shebang := _SHEBANG.match(first)) and b"py" not in shebang[1]:
        part.report(
            "file.executable", "a script for another interpreter than Python", offset=0, value=_text(shebang[1])
        )
    part.report("hf.code-file", f"Python source of {part.size} bytes{_RUN_BY.get(base, '')}")


def scan_site_hook(part: Part) -> None:
    """Report a text that Python's site module takes for a path file, and what it would execute of it.

    Lines are those of Python's universal newlines. A text without a line of code only adds places to import from, but
    a loader of weights reads files of this name too, and this is none.
    """
    for offset, line in _lines(part):
        text = line.removeprefix(b"\xef\xbb\xbf") if offset == 0 else line
        if _IMPORT.match(text):
            part.report(
                "file.site-hook", "Python executes this line at every start when the file lies among its packages",
                offset=offset, length=len(line), value=_text(text),
            )  # fmt: skip
            return
    if disguised(part.source.up_to(0, 4096), part.size) != "pickle":
        part.report("file.unknown-format", "a text with the extension of weights: Python takes it for a list of places")


def _lines(part: Part) -> Iterator[tuple[int, bytes]]:
    """Every line with its place; a line past 64 KiB comes in pieces, of which only the first begins a line."""
    rest, start, begins = b"", 0, True
    for offset in range(0, part.size, _BLOCK):
        block = part.source.up_to(offset, _BLOCK)
        part.interpreted(len(block))
        lines = (rest + block).splitlines(keepends=True)
        rest = b"" if lines[-1].endswith((b"\n", b"\r")) else lines.pop()
        for line in lines:
            if begins:
                yield start, line.rstrip(b"\r\n")
            start, begins = start + len(line), True
        if len(rest) > _MAX_LINE:
            if begins:
                yield start, rest
            start, rest, begins = start + len(rest), b"", False
    if rest and begins:
        yield start, rest


def scan_executable(part: Part) -> None:
    """Report a program or library, with its kind."""
    kind = programs.kind_of(part.source.up_to(0, 64)) or "a program"
    part.report("file.executable", kind, offset=0)


def scan_script(part: Part) -> None:
    """Report a script, by its first line or else by its name."""
    base, extension = extensions.split_name(part.name)
    first = part.source.up_to(0, 512)
    if shebang := _SHEBANG.match(first):
        part.report("file.executable", "a script that names its interpreter", offset=0, value=_text(shebang[1]))
    elif first.startswith(b"%!"):
        part.report("file.executable", "a PostScript program", offset=0)
    else:
        part.report("file.executable", f"a script, by its name *{extension}" if extension else f"a script named {base}")


def scan_lfs_pointer(part: Part) -> None:
    """Report a pointer, with the content that it stands for. Raises DocumentError when it names none."""
    part.interpreted(part.size)
    pointer = _POINTER.search(part.source.read(0, part.size))
    if pointer is None:
        part.report("file.lfs-pointer", "the pointer is broken")
        raise DocumentError("the LFS pointer has no digest and size at its end")
    part.report(
        "file.lfs-pointer", f"the content of {int(pointer[2])} bytes is not here", value=f"sha256:{pointer[1].decode()}"
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace").strip()

"""Files that are Jinja templates as a whole: `chat_template.jinja` and the like."""

from __future__ import annotations

from attest.errors import DocumentError
from attest.scanning.part import Part
from attest.scanning.repository.template_parser import MAX_SIZE
from attest.scanning.repository.templates import judge_template


def scan(part: Part) -> None:
    """Judge the template. Raises DocumentError when it is no UTF-8 text, or too long."""
    if part.size > 4 * MAX_SIZE:
        raise DocumentError(f"the template is {part.size} bytes long; the limit is {4 * MAX_SIZE}")
    data = part.source.read(0, part.size)
    part.interpreted(part.size)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"the template is no UTF-8 text (byte {error.start})") from None
    judge_template(part, text, "the template")

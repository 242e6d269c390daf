"""What single files of a dataset folder are, told from their first bytes and their name: asked a million times.

Sources: the signatures and headers of PNG, JPEG (ITU-T T.81), GIF89a, BMP, TIFF 6.0, WebP and WAV (RIFF), FLAC, Ogg,
MPEG audio (ISO 11172-3) with ID3, ISO base media (ISO 14496-12, `ftyp`), Matroska.
"""

from __future__ import annotations

import struct

IMAGE, AUDIO, VIDEO, TEXT = "image", "audio", "video", "text"
_IMAGES = "avif bmp dib gif heic heif jfif jp2 jpe jpeg jpg pbm pgm png pnm ppm tif tiff webp"
_AUDIOS = "aac aif aiff flac m4a mp3 oga ogg opus wav weba wma"
_VIDEOS = "3gp avi m4v mkv mov mp4 mpeg mpg ogv webm wmv"
_KINDS = {
    **dict.fromkeys(_IMAGES.split(), IMAGE),
    **dict.fromkeys(_AUDIOS.split(), AUDIO),
    **dict.fromkeys(_VIDEOS.split(), VIDEO),
    **dict.fromkeys(["md", "txt"], TEXT),
}
_EITHER = "audio or video"
_BY_FOUR = {
    b"\x89PNG": IMAGE, b"GIF8": IMAGE, b"II*\0": IMAGE, b"MM\0*": IMAGE, b"\0\0\0\x0c": IMAGE, b"fLaC": AUDIO,
    b"FORM": AUDIO, b"OggS": _EITHER, b"\x1aE\xdf\xa3": _EITHER, b"0&\xb2u": _EITHER, b"\0\0\1\xba": VIDEO,
    b"\0\0\1\xb3": VIDEO,
}  # fmt: skip
_RIFF = {b"WEBP": IMAGE, b"WAVE": AUDIO, b"AVI ": VIDEO}
_BRANDS = {
    **dict.fromkeys([b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1"], IMAGE),
    **dict.fromkeys([b"M4A ", b"M4B "], AUDIO),
    b"qt  ": VIDEO,
}
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xDA)})
_MAX_SEGMENTS = 64
_PAIR = struct.Struct(">HH")
_LONG_PAIR = struct.Struct(">II")
_SMALL_PAIR = struct.Struct("<HH")
_SIGNED_PAIR = struct.Struct("<ii")


def kind_of_extension(extension: str) -> str:
    """What an extension (in lower case, without its dot) promises: image, audio, video, text, or nothing."""
    return _KINDS.get(extension, "")


def media_kind(name: str, first: bytes) -> str:
    """Whether a file is an image, audio, video or text, from its first bytes (16 or more, where there are so many).

    Empty when its name and its bytes disagree, or neither says anything. Text has no signature: a name that promises it
    is believed unless there are zero bytes.
    """
    promised = _KINDS.get(name[name.rfind(".") + 1 :].lower(), "")
    found = _BY_FOUR.get(first[:4]) or _by_more(first)
    if found == _EITHER:
        return promised if promised in {AUDIO, VIDEO} else ""
    if found:
        return found if promised in {found, ""} else ""
    return TEXT if promised == TEXT and first and b"\0" not in first[:512] else ""


def _by_more(first: bytes) -> str:
    found = ""
    if first.startswith(b"\xff"):
        found = IMAGE if first.startswith(b"\xff\xd8\xff") else _mpeg(first)
    elif first.startswith(b"RIFF"):
        found = _RIFF.get(first[8:12], "")
    elif first[4:8] == b"ftyp":
        found = _BRANDS.get(first[8:12], _EITHER)
    elif first.startswith(b"ID3"):
        found = AUDIO
    elif first.startswith(b"BM"):
        found = IMAGE if image_size(first) else ""
    elif first[:1] == b"P" and first[1:2] in b"123456" and first[2:3].isspace():
        found = IMAGE
    return found


def _mpeg(first: bytes) -> str:
    """MPEG audio begins with eleven bits of synchronisation, a layer, a bit rate and a sampling rate."""
    if len(first) < 4 or first[1] & 0xE0 != 0xE0:
        return ""
    if first[1] & 0xF6 == 0xF0:
        # ADTS: MPEG-2 or -4 AAC, whose layer is zero.
        return AUDIO
    version, layer, rate, sampling = first[1] >> 3 & 3, first[1] >> 1 & 3, first[2] >> 4, first[2] >> 2 & 3
    return AUDIO if version != 1 and layer and rate != 15 and sampling != 3 else ""


def image_size(first: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, JPEG, GIF, WebP or BMP image; None when its first bytes do not tell."""
    try:
        size = _size(first)
    except struct.error:
        return None
    return size if size is not None and size[0] > 0 and size[1] > 0 else None


def _size(first: bytes) -> tuple[int, int] | None:
    size: tuple[int, int] | None = None
    if first.startswith(b"\x89PNG\r\n\x1a\n"):
        size = _two(_LONG_PAIR, first, 16) if first[12:16] == b"IHDR" else None
    elif first.startswith(b"\xff\xd8\xff"):
        size = _jpeg(first)
    elif first.startswith((b"GIF87a", b"GIF89a")):
        size = _two(_SMALL_PAIR, first, 6)
    elif first.startswith(b"RIFF") and first[8:12] == b"WEBP":
        size = _webp(first)
    elif first.startswith(b"BM"):
        size = _bmp(first)
    return size


def _two(pair: struct.Struct, data: bytes, offset: int) -> tuple[int, int]:
    first, second = pair.unpack_from(data, offset)
    return first, second


def _jpeg(data: bytes) -> tuple[int, int] | None:
    """The frame header's lines and samples; segments before it are skipped."""
    position = 2
    for _ in range(_MAX_SEGMENTS):
        if position + 4 > len(data) or data[position] != 0xFF:
            return None
        marker = data[position + 1]
        if marker in _FRAMES:
            height, width = _two(_PAIR, data, position + 5)
            return width, height
        if marker == 0xFF:
            position += 1
        elif marker in _ALONE:
            position += 2
        else:
            position += 2 + max(2, int.from_bytes(data[position + 2 : position + 4], "big"))
    return None


def _webp(data: bytes) -> tuple[int, int] | None:
    kind = data[12:16]
    if kind == b"VP8X" and len(data) >= 30:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L" and len(data) >= 25 and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = _two(_SMALL_PAIR, data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None


def _bmp(data: bytes) -> tuple[int, int] | None:
    header = int.from_bytes(data[14:18], "little")
    if header == 12:
        return _two(_SMALL_PAIR, data, 18)
    if header in {40, 52, 56, 64, 108, 124}:
        width, height = _two(_SIGNED_PAIR, data, 18)
        # A negative height says that the first row is the top one.
        return width, abs(height)
    return None

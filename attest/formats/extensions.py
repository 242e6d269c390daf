"""What file names promise. A name alone never makes a file harmless; it can only make it less so."""

from __future__ import annotations


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


PICKLE = _words(
    ".bin .ckpt .cpkl .dill .jit .joblib .mdl .model_state .npy .npz .p .pdmodel .pdopt .pdparams .pickle .pk .pkl",
    ".pt .pt2 .pth .ptl .sav .t7 .th",
)
"""Extensions whose usual loaders unpickle."""

_SCRIPTS = _words(
    ".awk .bash .bat .cjs .cmd .command .csh .fish .js .jse .ksh .lua .mjs .php .pl .ps1 .psm1 .r .rb .sh .tcl",
    ".ts .vbs .wsf .zsh",
)
CODE = {**dict.fromkeys(_words(".py .pyc .pyi .pyo .pyw .pyx"), "python"), **dict.fromkeys(_SCRIPTS, "script")}
"""Source is what its extension says, whatever it begins with: an interpreter does not mind a picture's signature."""
CODE_NAMES = dict.fromkeys(_words("dockerfile justfile makefile procfile"), "script")

_PLAIN = _words(
    ".arpa .asc .bib .bpe .cfg .codes .conf .dic .dict .ini .lab .license .lock .log .lst .md5 .merges .pem .phn",
    ".properties .rst .sha256 .srt .tiktoken .tok .toml .txt .vocab .vtt",
)
TEXTS = {
    **dict.fromkeys(_PLAIN, "text"),
    **dict.fromkeys(_words(".markdown .md"), "markdown"),
    **dict.fromkeys(_words(".csv .tab .tsv"), "csv"),
    **dict.fromkeys(_words(".cff .dvc .yaml .yml"), "yaml"),
}
"""Extensions of text that no common program runs. Markup (HTML, SVG), templates, TeX and `.env` are not here."""
TEXT_NAMES = _words(
    "authors changelog checkpoint citation codeowners contributing contributors copying licence license maintainers",
    "merges model_card notice readme todo version vocab .dockerignore .gitattributes .gitignore .gitkeep .gitmodules",
    ".hfignore",
)
"""Whole names of text files without an extension."""

JSON = _words(".geojson .json .jsonl .jsonld .ndjson .sig .sigstore")
PROMISES = {
    ".safetensors": _words("safetensors"),
    ".gguf": _words("gguf"),
    ".onnx": _words("onnx"),
    ".tflite": _words("tflite"),
    ".lite": _words("tflite"),
    ".parquet": _words("parquet"),
    ".arrow": _words("arrow"),
    ".feather": _words("arrow"),
    ".pdf": _words("pdf"),
    ".npy": _words("numpy"),
    ".model": _words("sentencepiece text"),
    ".spm": _words("sentencepiece"),
    **dict.fromkeys(_words(".gif .jpeg .jpg .png .webp"), _words("image")),
    **dict.fromkeys(_words(".flac .mp3 .oga .ogg .opus .wav"), _words("audio")),
    **{extension: frozenset({kind}) for extension, kind in TEXTS.items()},
    **dict.fromkeys(JSON, _words("json")),
}
"""Extension → the harmless formats that its content may have. Under any other extension nothing is harmless: some
program may go by the extension (HTML, templates) or by the end of the file (zip archives with something before them).
"""


def split_name(name: str) -> tuple[str, str]:
    """Lower-case base name and extension (with its dot; a name that only starts with a dot has none)."""
    base = name.rpartition("/")[2].lower().rstrip(". ")
    stem, dot, suffix = base.rpartition(".")
    return base, f".{suffix}" if dot and stem else ""

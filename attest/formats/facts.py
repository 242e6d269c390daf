"""What one file says about a model or a dataset, as its reader found it. Plain values: the `bom` room gives them places
and origins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class TensorInfo(NamedTuple):
    """One tensor of a file: element type as the format spells it, shape, and where its bytes lie: [begin, end)."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int


class PortInfo(NamedTuple):
    """One input or output of a graph; `format` reads `float32[batch,3,224,224]`, with `?` for an unknown dimension."""

    name: str
    format: str


class BaseClaim(NamedTuple):
    """A base model as a header names it: `owner/name`, a bare name or a link, and a revision if given."""

    name: str
    version: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a file says of the model as a whole, such as GGUF's `general.*`. Claims are declared, never observed.

    `keys` maps a member of this class to the key in the file that said it, for the value's source.
    """

    name: str = ""
    owner: str = ""
    version: str = ""
    description: str = ""
    authors: tuple[str, ...] = ()
    url: str = ""
    license: str = ""
    license_name: str = ""
    license_link: str = ""
    base_models: tuple[BaseClaim, ...] = ()
    datasets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a data file holds. `rows` is None when it is not known; `sampled` says that the columns' types were
    concluded from the first rows alone. `kinds` are modalities (text, image, audio, tabular).
    """

    rows: int | None = None
    columns: tuple[tuple[str, str], ...] = ()
    sampled: bool = False
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a reader found in one file.

    `format` is the reader's own id (gguf, onnx, torchscript, …), `title` the same for people with its version
    (`GGUF 3`, `ONNX, IR 8`). `parameters` counts elements by element type; the types of one model must add up, so a
    reader that cannot tell parameters from other numbers leaves it empty. `properties` are named `<format>:<what>` in
    lower case with dashes. `hyperparameters` use the names of `config.json` where one means the same
    (hidden_size, num_hidden_layers, num_attention_heads, num_key_value_heads, intermediate_size, vocab_size,
    context_length, quantization, …). `imports` are the global names `module.name` that a pickle asks for, sorted.
    `refers_to` are other files that this one needs, relative to its own folder, as written. `problems` are things
    that are wrong although the rest could be read. `tensors` may be empty although `tensor_count` is not.
    """

    format: str
    title: str = ""
    architecture: str = ""
    model_type: str = ""
    framework: str = ""
    framework_version: str = ""
    task: str = ""
    parameters: tuple[tuple[str, int], ...] = ()
    tensor_count: int = 0
    tensors: tuple[TensorInfo, ...] = ()
    inputs: tuple[PortInfo, ...] = ()
    outputs: tuple[PortInfo, ...] = ()
    hyperparameters: tuple[tuple[str, str], ...] = ()
    tokenizer_settings: tuple[tuple[str, str], ...] = ()
    chat_template: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    claims: Claims = Claims()
    imports: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    table: Table | None = None
    problems: tuple[str, ...] = ()
    digests: tuple[tuple[str, str], ...] = ()

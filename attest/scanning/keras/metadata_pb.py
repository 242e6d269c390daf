"""`keras_metadata.pb` beside a SavedModel: from it Keras 2 builds layers anew when the model is loaded.

Source: Keras 2 `saving/legacy/saved_model/load.py` and `saved_metadata.proto`: `SavedMetadata` (1 nodes), `SavedObject`
(2 node id, 3 path, 4 identifier, 5 metadata as JSON, 6 version).
"""

from __future__ import annotations

from attest.errors import DocumentError
from attest.formats.protobuf import Wire, block, varint
from attest.scanning.keras.config import Place, judge_text
from attest.scanning.part import Part

MAX_METADATA = 16 << 20
_NODE = block(1)
_NODE_ID, _PATH, _IDENTIFIER, _METADATA, _VERSION = varint(2), block(3), block(4), block(5), block(6)
_KNOWN = frozenset({_NODE_ID, _PATH, _IDENTIFIER, _METADATA, _VERSION})
# What the loader revives (Keras 2 `saved_model/constants.py`).
_IDENTIFIERS = frozenset({
    b"_tf_keras_layer", b"_tf_keras_input_layer", b"_tf_keras_metric", b"_tf_keras_network", b"_tf_keras_rnn_layer",
    b"_tf_keras_sequential", b"_tf_keras_model", b"_generic_user_object",
})  # fmt: skip
# What layers and models write beside class and configuration (Keras 2 `saved_model/layer_serialization.py`).
_MEMBERS = frozenset({
    "expects_training_arg", "expects_mask_arg", "batch_input_shape", "stateful", "must_restore_from_config",
    "preserve_input_structure_in_config", "autocast", "build_input_shape", "input_spec", "activity_regularizer",
    "save_spec", "full_save_spec", "is_graph_network", "sparse", "ragged", "states", "layer was saved without config",
    "input_shape", "has_mask", "model_config", "metadata",
})  # fmt: skip
IN_METADATA = Place(_MEMBERS, replaced=True)
"""Where the metadata stands: a layer whose class is not known is made of the graph's functions."""


def scan(part: Part) -> None:
    """Scan one file of Keras metadata. Raises DocumentError when it is no such message."""
    wire = Wire(part.source)
    for tag, begin, end in wire.fields(0, part.size):
        if tag != _NODE:
            raise DocumentError(f"the metadata has a field {tag >> 3} that is not known")
        part.budget.check_time()
        _node(part, wire, begin, end)
    part.interpreted(part.size)


def _node(part: Part, wire: Wire, begin: int, end: int) -> None:
    path = ""
    texts: list[tuple[int, int]] = []
    for tag, first, last in wire.fields(begin, end):
        if tag == _PATH:
            path = wire.text(first, last)
        elif tag == _IDENTIFIER:
            identifier = wire.raw(first, last)
            if identifier not in _IDENTIFIERS:
                part.report(
                    "keras.name-not-allowed",
                    "the metadata names a kind of object that is not Keras's own",
                    offset=first,
                    value=identifier.decode("utf-8", "replace"),
                )
        elif tag == _METADATA:
            texts.append((first, last))
        elif tag not in _KNOWN:
            raise DocumentError(f"an object of the metadata has a field {tag >> 3} that is not known")
    for first, last in texts:
        if last - first > MAX_METADATA:
            raise DocumentError(f"the metadata at {first} is {last - first} bytes long; the limit is {MAX_METADATA}")
        where = f"the metadata of {path[:80]}" if path else "the metadata"
        try:
            judge_text(part, part.source.read(first, last - first), where, IN_METADATA)
        except DocumentError as error:
            part.report("file.malformed", error.message, offset=first)

"""The Hub's tasks → the kinds of data that go into such a model and come out of it.

Source: the task list of the Hub (`PIPELINE_DATA` of huggingface.js) and its task pages. A task that says nothing about
one side, such as `feature-extraction` about what is described, has that side empty: nothing is concluded then.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Modalities(NamedTuple):
    """What goes in and what comes out."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def _row(given: str, made: str) -> Modalities:
    return Modalities(tuple(given.split()), tuple(made.split()))


TASKS: Mapping[str, Modalities] = MappingProxyType(
    {
        "any-to-any": _row("", ""),
        "audio-classification": _row("audio", "label"),
        "audio-text-to-text": _row("audio text", "text"),
        "audio-to-audio": _row("audio", "audio"),
        "automatic-speech-recognition": _row("audio", "text"),
        "biology": _row("", ""),
        "conversational": _row("text", "text"),
        "depth-estimation": _row("image", "depth-map"),
        "document-question-answering": _row("image text", "text"),
        "feature-extraction": _row("text", "embedding"),
        "fill-mask": _row("text", "text"),
        "graph-ml": _row("graph", ""),
        "image-classification": _row("image", "label"),
        "image-feature-extraction": _row("image", "embedding"),
        "image-segmentation": _row("image", "mask"),
        "image-text-to-image": _row("image text", "image"),
        "image-text-to-text": _row("image text", "text"),
        "image-text-to-video": _row("image text", "video"),
        "image-to-3d": _row("image", "3d"),
        "image-to-image": _row("image", "image"),
        "image-to-text": _row("image", "text"),
        "image-to-video": _row("image", "video"),
        "keypoint-detection": _row("image", "keypoints"),
        "mask-generation": _row("image", "mask"),
        "multiple-choice": _row("text", "label"),
        "object-detection": _row("image", "bounding-boxes"),
        "other": _row("", ""),
        "question-answering": _row("text", "text"),
        "reinforcement-learning": _row("", ""),
        "robotics": _row("", ""),
        "sentence-similarity": _row("text", "embedding"),
        "summarization": _row("text", "text"),
        "table-question-answering": _row("tabular text", "text"),
        "table-to-text": _row("tabular", "text"),
        "tabular-classification": _row("tabular", "label"),
        "tabular-regression": _row("tabular", "number"),
        "tabular-to-text": _row("tabular", "text"),
        "text-classification": _row("text", "label"),
        "text-generation": _row("text", "text"),
        "text-ranking": _row("text", "score"),
        "text-retrieval": _row("text", "text"),
        "text-to-3d": _row("text", "3d"),
        "text-to-audio": _row("text", "audio"),
        "text-to-image": _row("text", "image"),
        "text-to-speech": _row("text", "audio"),
        "text-to-video": _row("text", "video"),
        "text2text-generation": _row("text", "text"),
        "time-series-forecasting": _row("time-series", "time-series"),
        "token-classification": _row("text", "label"),
        "translation": _row("text", "text"),
        "unconditional-image-generation": _row("", "image"),
        "video-classification": _row("video", "label"),
        "video-text-to-text": _row("video text", "text"),
        "video-to-video": _row("video", "video"),
        "visual-document-retrieval": _row("image text", "score"),
        "visual-question-answering": _row("image text", "text"),
        "voice-activity-detection": _row("audio", "label"),
        "zero-shot-classification": _row("text", "label"),
        "zero-shot-image-classification": _row("image text", "label"),
        "zero-shot-object-detection": _row("image text", "bounding-boxes"),
    }
)
"""Task → modalities, for every task of the Hub and the one that its older cards name (`conversational`)."""

MEDIA = frozenset({"text", "image", "audio", "video", "tabular", "time-series", "graph", "3d"})
"""The kinds of data among what goes in and comes out; a label or a score is none."""

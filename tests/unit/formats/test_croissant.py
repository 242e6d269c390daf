"""Croissant documents. The three below are valid ones: `mlcroissant` 1.1.1 made the first and reads all of them."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.errors import DocumentError
from attest.formats.croissant import (
    MAX_PARTIES,
    MAX_TEXTS,
    NO_TEXT,
    RAI,
    Croissant,
    CroissantParty,
    Text,
    is_time,
    read_croissant,
)
from attest.formats.croissant_parts import MAX_FIELDS, CroissantField, CroissantFile
from attest.formats.json_ld import Terms
from attest.formats.web_link import is_link

Json = dict[str, Any]
SHA = "48f8a4c8f8bdd0f3ed5ca2b5cd6a2e8bcd2b1e9b8e1c8b1f8f4f0a8e5b2d0c11"
CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def field(name: str, kind: str, source: str, **extract: str) -> Json:
    target = "fileSet" if source == "images" else "fileObject"
    return {
        "@type": "cr:Field",
        "@id": name,
        "name": name.rpartition("/")[2],
        "dataType": kind,
        "source": {target: {"@id": source}, "extract": extract},
    }


PENGUINS: Json = {
    "@context": CONTEXT,
    "@type": "sc:Dataset",
    "name": "penguins",
    "description": "Measurements of penguins at Palmer Station.",
    "conformsTo": "http://mlcommons.org/croissant/1.0",
    "citeAs": "@article{x, title={Penguins}, doi={10.1371/journal.pone.0090081}}",
    "creator": [
        {"@type": "sc:Person", "name": "Kristen Gorman", "email": "k@example.org"},
        {"@type": "sc:Organization", "name": "Palmer Station LTER", "url": "https://pallter.example.org"},
    ],
    "dateCreated": "2007-11-11",
    "dateModified": "2021-01-02T03:04:05",
    "datePublished": "2020-07-25",
    "inLanguage": "en",
    "keywords": ["penguins", "biology"],
    "license": "https://creativecommons.org/publicdomain/zero/1.0/",
    "publisher": {"@type": "sc:Organization", "name": "Example Press", "url": "https://press.example.org"},
    "rai:annotationsPerItem": "2",
    "rai:annotatorDemographics": "Biologists",
    "rai:dataAnnotationAnalysis": "Two experts agreed.",
    "rai:dataAnnotationPlatform": "Paper",
    "rai:dataAnnotationProtocol": "Experts named the species.",
    "rai:dataBiases": "Only three islands.",
    "rai:dataCollection": "Measured by hand.",
    "rai:dataCollectionMissingData": "Eleven values are missing.",
    "rai:dataCollectionRawData": "Field notebooks.",
    "rai:dataCollectionTimeFrame": ["2007-11-11", "2009-12-01"],
    "rai:dataCollectionType": ["Direct measurement", "Manual Human Curator"],
    "rai:dataDataManipulationProtocol": "Rows were sorted.",
    "rai:dataImputationProtocol": "Nothing was imputed.",
    "rai:dataLimitations": "Small.",
    "rai:dataPreprocessingProtocol": "Units were unified.",
    "rai:dataReleaseMaintenancePlan": "Yearly.",
    "rai:dataSocialImpact": "Little.",
    "rai:dataUseCases": ["Teaching", "Testing"],
    "rai:machineAnnotationTools": "spaCy 3",
    "rai:personalSensitiveInformation": "None",
    "sameAs": "https://doi.org/10.5281/zenodo.3960218",
    "url": "https://example.org/penguins",
    "version": "1.2.0",
    "distribution": [
        {
            "@type": "cr:FileObject",
            "@id": "penguins.csv",
            "name": "penguins.csv",
            "description": "All rows.",
            "contentSize": "13478 B",
            "contentUrl": "data/penguins.csv",
            "encodingFormat": "text/csv",
            "sha256": SHA,
        },
        {
            "@type": "cr:FileObject",
            "@id": "archive",
            "name": "archive",
            "contentUrl": "https://example.org/images.zip",
            "encodingFormat": "application/zip",
            "sha256": "00" * 32,
        },
        {
            "@type": "cr:FileSet",
            "@id": "images",
            "name": "images",
            "containedIn": {"@id": "archive"},
            "encodingFormat": "image/jpeg",
            "includes": "*.jpg",
        },
    ],
    "recordSet": [
        {
            "@type": "cr:RecordSet",
            "@id": "default",
            "name": "default",
            "field": [
                field("default/species", "sc:Text", "penguins.csv", column="species"),
                field("default/mass", "sc:Float", "penguins.csv", column="mass"),
            ],
        },
        {
            "@type": "cr:RecordSet",
            "@id": "pictures",
            "name": "pictures",
            "field": [field("pictures/image", "sc:ImageObject", "images", fileProperty="content")],
        },
        {
            "@type": "cr:RecordSet",
            "@id": "splits",
            "name": "splits",
            "dataType": "cr:Split",
            "key": {"@id": "splits/name"},
            "field": [{"@type": "cr:Field", "@id": "splits/name", "name": "name", "dataType": "sc:Text"}],
            "data": [{"splits/name": "train"}, {"splits/name": "test"}],
        },
    ],
}
# What mlcroissant writes otherwise for version 1.1.
NEWER: Json = PENGUINS | {
    "conformsTo": "http://mlcommons.org/croissant/1.1",
    "distribution": [
        *PENGUINS["distribution"][:2],
        {
            "@type": "cr:FileSet",
            "@id": "images",
            "name": "images",
            "cr:containedIn": {"@id": "archive"},
            "encodingFormat": "image/jpeg",
            "includes": "*.jpg",
        },
    ],
}
RECORDS = "record_set_plain_text"
# As the Hub's dataset viewer writes it.
SQUAD: Json = {
    "@context": CONTEXT,
    "@type": "sc:Dataset",
    "conformsTo": "http://mlcommons.org/croissant/1.0",
    "name": "squad",
    "description": "Questions.",
    "license": "https://choosealicense.com/licenses/cc-by-sa-4.0/",
    "url": "https://huggingface.co/datasets/rajpurkar/squad",
    "distribution": [
        {
            "@type": "cr:FileObject",
            "@id": "repo",
            "name": "repo",
            "contentUrl": "https://huggingface.co/datasets/rajpurkar/squad/tree/refs%2Fconvert%2Fparquet",
            "encodingFormat": "git+https",
            "sha256": "https://github.com/mlcommons/croissant/issues/80",
        },
        {
            "@type": "cr:FileSet",
            "@id": "parquet",
            "name": "parquet",
            "containedIn": {"@id": "repo"},
            "encodingFormat": "application/x-parquet",
            "includes": "plain_text/*/*.parquet",
        },
    ],
    "recordSet": [
        {
            "@type": "cr:RecordSet",
            "@id": f"{RECORDS}_splits",
            "name": f"{RECORDS}_splits",
            "dataType": "cr:Split",
            "key": {"@id": f"{RECORDS}_splits/split_name"},
            "field": [
                {
                    "@type": "cr:Field",
                    "@id": f"{RECORDS}_splits/split_name",
                    "name": "split_name",
                    "dataType": "sc:Text",
                }
            ],
            "data": [{f"{RECORDS}_splits/split_name": "train"}, {f"{RECORDS}_splits/split_name": "validation"}],
        },
        {
            "@type": "cr:RecordSet",
            "@id": RECORDS,
            "name": RECORDS,
            "field": [
                {
                    "@type": "cr:Field",
                    "@id": f"{RECORDS}/split",
                    "name": f"{RECORDS}/split",
                    "dataType": "sc:Text",
                    "references": {"field": {"@id": f"{RECORDS}_splits/split_name"}},
                    "source": {
                        "fileSet": {"@id": "parquet"},
                        "extract": {"fileProperty": "fullpath"},
                        "transform": {"regex": "plain_text/(train|validation)/.+parquet$"},
                    },
                },
                {
                    "@type": "cr:Field",
                    "@id": f"{RECORDS}/id",
                    "name": f"{RECORDS}/id",
                    "dataType": "sc:Text",
                    "source": {"fileSet": {"@id": "parquet"}, "extract": {"column": "id"}},
                },
                {
                    "@type": "cr:Field",
                    "@id": f"{RECORDS}/answers",
                    "name": f"{RECORDS}/answers",
                    "subField": [
                        {
                            "@type": "cr:Field",
                            "@id": f"{RECORDS}/answers/text",
                            "name": f"{RECORDS}/answers/text",
                            "dataType": "sc:Text",
                            "repeated": True,
                            "source": {
                                "fileSet": {"@id": "parquet"},
                                "extract": {"column": "answers"},
                                "transform": {"jsonPath": "text"},
                            },
                        }
                    ],
                },
            ],
        },
    ],
}
PREFIXED: Json = {
    "@context": {
        "@language": "en",
        "sc": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "dct": "http://purl.org/dc/terms/",
        "rai": "http://mlcommons.org/croissant/RAI/",
    },
    "@type": "sc:Dataset",
    "dct:conformsTo": "http://mlcommons.org/croissant/1.0",
    "sc:name": "tiny",
    "sc:description": "Tiny data.",
    "sc:license": "mit",
    "sc:url": "https://example.org/tiny",
    "sc:distribution": {
        "@type": "cr:FileObject",
        "@id": "a.csv",
        "sc:name": "a.csv",
        "sc:contentUrl": "a.csv",
        "sc:encodingFormat": "text/csv",
        "sc:sha256": "ab" * 32,
    },
    "cr:recordSet": {
        "@type": "cr:RecordSet",
        "@id": "rows",
        "sc:name": "rows",
        "cr:field": {
            "@type": "cr:Field",
            "@id": "rows/x",
            "sc:name": "x",
            "cr:dataType": {"@id": "sc:Integer"},
            "cr:source": {"cr:fileObject": {"@id": "a.csv"}, "cr:extract": {"cr:column": "x"}},
        },
    },
    "rai:dataBiases": "Few rows.",
}


def read(document: object, what: str = "croissant.json") -> Croissant:
    found = read_croissant(json.dumps(document).encode(), what)
    assert found is not None
    return found


def changed(**members: Any) -> Croissant:
    return read(PENGUINS | members)


EXPECTED = Croissant(
    name=Text("penguins", "/name"),
    description=Text("Measurements of penguins at Palmer Station.", "/description"),
    version=Text("1.2.0", "/version"),
    conforms_to=("1.0",),
    url=Text("https://example.org/penguins", "/url"),
    same_as=(Text("https://doi.org/10.5281/zenodo.3960218", "/sameAs"),),
    licenses=(Text("https://creativecommons.org/publicdomain/zero/1.0/", "/license"),),
    creators=(
        CroissantParty("Kristen Gorman", "", "k@example.org", "person", "/creator/0"),
        CroissantParty("Palmer Station LTER", "https://pallter.example.org", "", "organization", "/creator/1"),
    ),
    publishers=(CroissantParty("Example Press", "https://press.example.org", "", "organization", "/publisher"),),
    published=Text("2020-07-25", "/datePublished"),
    created=Text("2007-11-11", "/dateCreated"),
    modified=Text("2021-01-02T03:04:05", "/dateModified"),
    cite_as=Text("@article{x, title={Penguins}, doi={10.1371/journal.pone.0090081}}", "/citeAs"),
    keywords=("penguins", "biology"),
    languages=("en",),
    files=(
        CroissantFile(
            id="penguins.csv",
            name="penguins.csv",
            where="/distribution/0",
            url="data/penguins.csv",
            sha256=SHA,
            size=13478,
            formats=("text/csv",),
        ),
        CroissantFile(
            id="archive",
            name="archive",
            where="/distribution/1",
            url="https://example.org/images.zip",
            sha256="00" * 32,
            formats=("application/zip",),
        ),
        CroissantFile(
            id="images",
            name="images",
            where="/distribution/2",
            formats=("image/jpeg",),
            contained_in=("archive",),
            includes=("*.jpg",),
            is_set=True,
        ),
    ),
    fields=(
        CroissantField("default", "species", "sc:Text", "/recordSet/0/field/0"),
        CroissantField("default", "mass", "sc:Float", "/recordSet/0/field/1"),
        CroissantField("pictures", "image", "sc:ImageObject", "/recordSet/1/field/0"),
    ),
    splits=("train", "test"),
    kinds=("image",),
    rai=(
        ("dataCollection", (Text("Measured by hand.", "/rai:dataCollection"),)),
        (
            "dataCollectionType",
            (
                Text("Direct measurement", "/rai:dataCollectionType/0"),
                Text("Manual Human Curator", "/rai:dataCollectionType/1"),
            ),
        ),
        ("dataCollectionMissingData", (Text("Eleven values are missing.", "/rai:dataCollectionMissingData"),)),
        ("dataCollectionRawData", (Text("Field notebooks.", "/rai:dataCollectionRawData"),)),
        (
            "dataCollectionTimeframe",
            (
                Text("2007-11-11", "/rai:dataCollectionTimeFrame/0"),
                Text("2009-12-01", "/rai:dataCollectionTimeFrame/1"),
            ),
        ),
        ("dataImputationProtocol", (Text("Nothing was imputed.", "/rai:dataImputationProtocol"),)),
        ("dataPreprocessingProtocol", (Text("Units were unified.", "/rai:dataPreprocessingProtocol"),)),
        ("dataManipulationProtocol", (Text("Rows were sorted.", "/rai:dataDataManipulationProtocol"),)),
        ("dataAnnotationProtocol", (Text("Experts named the species.", "/rai:dataAnnotationProtocol"),)),
        ("dataAnnotationPlatform", (Text("Paper", "/rai:dataAnnotationPlatform"),)),
        ("dataAnnotationAnalysis", (Text("Two experts agreed.", "/rai:dataAnnotationAnalysis"),)),
        ("annotationsPerItem", (Text("2", "/rai:annotationsPerItem"),)),
        ("annotatorDemographics", (Text("Biologists", "/rai:annotatorDemographics"),)),
        ("machineAnnotationTools", (Text("spaCy 3", "/rai:machineAnnotationTools"),)),
        ("dataBiases", (Text("Only three islands.", "/rai:dataBiases"),)),
        ("dataLimitations", (Text("Small.", "/rai:dataLimitations"),)),
        ("dataUseCases", (Text("Teaching", "/rai:dataUseCases/0"), Text("Testing", "/rai:dataUseCases/1"))),
        ("personalSensitiveInformation", (Text("None", "/rai:personalSensitiveInformation"),)),
        ("dataSocialImpact", (Text("Little.", "/rai:dataSocialImpact"),)),
        ("dataReleaseMaintenancePlan", (Text("Yearly.", "/rai:dataReleaseMaintenancePlan"),)),
    ),
)


def test_reads_what_a_document_says() -> None:
    assert read(PENGUINS) == EXPECTED
    assert [name for name, _ in EXPECTED.rai] == list(RAI)


def test_version_1_1_says_the_same() -> None:
    newer = read(NEWER)
    assert newer.conforms_to == ("1.1",)
    assert newer.files == EXPECTED.files
    assert newer.fields == EXPECTED.fields
    assert newer.rai == EXPECTED.rai


def test_a_document_of_the_hub() -> None:
    found = read(SQUAD)
    assert found.files[0].sha256 == ""
    assert found.files[0].formats == ("git+https",)
    assert found.splits == ("train", "validation")
    assert found.fields == (
        CroissantField(RECORDS, "id", "sc:Text", "/recordSet/1/field/1"),
        CroissantField(RECORDS, "answers.text", "sc:Text[]", "/recordSet/1/field/2/subField/0"),
    )


def test_members_with_prefixes_mean_the_same() -> None:
    found = read(PREFIXED)
    assert found.name == Text("tiny", "/sc:name")
    assert found.licenses == (Text("mit", "/sc:license"),)
    assert [item.sha256 for item in found.files] == ["ab" * 32]
    assert found.fields == (CroissantField("rows", "x", "sc:Integer", "/cr:recordSet/cr:field"),)
    assert found.of("dataBiases") == (Text("Few rows.", "/rai:dataBiases"),)
    assert found.of("dataLimitations") == ()


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        "mlcommons.org/croissant",
        {"@type": "sc:Dataset", "name": "a"},
        {"@type": "Dataset", "note": "not mlcommons.org"},
        {"@type": "sc:Person", "conformsTo": "http://mlcommons.org/croissant/1.0"},
        {"@context": {"cr": "http://mlcommons.org/croissant/"}},
        {"images": [{"id": 1, "file_name": "a.jpg"}]},
    ],
)
def test_other_documents_are_nobodys(document: object) -> None:
    assert read_croissant(json.dumps(document).encode(), "metadata.json") is None


def test_what_does_not_speak_of_croissant_is_not_even_parsed() -> None:
    assert read_croissant(b"{ not json", "metadata.json") is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"mlcommons.org"', "x.json is not strict JSON"),
        (b'{"a": "mlcommons.org", "a": 1}', "twice"),
        (b'\xef\xbb\xbf{"a": "mlcommons.org"}', "byte order mark"),
        (b'"mlcommons.org \xff"', "not UTF-8"),
        (b'["mlcommons.org"' + b",[1" * 99 + b"]" * 100, "deeper"),
        (b"[" * 20_000 + b'"mlcommons.org"', "deeper|strict JSON"),
        (b'["mlcommons.org"' + b",1" * 500_000 + b"]", "more than 400000"),
    ],
)
def test_refuses(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        read_croissant(data, "x.json")


def test_recognised_by_its_context_alone() -> None:
    assert read({"@context": CONTEXT, "@type": "Dataset", "name": "a"}).name.text == "a"
    assert read({"@context": [CONTEXT, "x"], "@type": ["Dataset"]}).name == NO_TEXT
    context = "http://mlcommons.org/croissant/1.0"
    assert read({"@context": context, "@type": "Dataset", "name": "a", "dataBiases": "b"}).of("dataBiases")


@pytest.mark.parametrize(
    ("name", "context"),
    [("rai:dataCollection", {}), ("dataCollection", {}), ("cr:dataCollection", {}), ("x", {"x": "rai:dataCollection"}),
     ("x", {"x": {"@id": "http://mlcommons.org/croissant/RAI/dataCollection"}}),
     ("https://mlcommons.org/croissant/RAI/dataCollection", {}), ("r:dataCollection", {"r": "rai:"})],
)  # fmt: skip
def test_all_ways_to_name_a_member(name: str, context: Json) -> None:
    document = {"@context": CONTEXT | context, "@type": "sc:Dataset", name: "By hand."}
    assert [item.text for item in read(document).of("dataCollection")] == ["By hand."]


def test_names_that_lead_in_a_circle_lead_nowhere() -> None:
    terms = Terms({"a": "b", "b": "a", "c": "c", "d:e": "d:e", "@vocab": ""})
    assert terms.name("a") in ("sc:a", "sc:b", "a", "b")
    assert terms.name("c")
    assert terms.name("d:e")


@pytest.mark.parametrize(
    ("value", "text"),
    [("a  b\n", "a b"), ({"en": "a", "de": "b"}, "a"), ({"de": "b"}, "b"), ({"de": "b", "fr": "c"}, ""),
     ({"@value": "a"}, "a"), ({"@value": "a", "@language": "de"}, "a"), ({"@value": ["a"]}, ""), (["a", "a"], "a"),
     (["a", "b"], ""), ([], ""), (None, ""), (7, "7"), ({}, ""), ("a\x07", ""), ("x" * 600, ""), ("TODO", "")],
)  # fmt: skip
def test_texts(value: Any, text: str) -> None:
    assert changed(name=value).name.text == text


def test_two_things_where_one_is_allowed_are_a_problem() -> None:
    found = changed(name=["a", "b"], version=["1", "1"])
    assert found.problems == ("/name/0 is one of 2 values where one is allowed",)
    assert found.version.text == "1"
    assert read(PENGUINS | {"sc:name": "other"}).name == NO_TEXT


def test_descriptions_are_bounded_and_on_one_line() -> None:
    text = changed(description="a\n\x07b " + "word " * 1000).description.text
    assert text.startswith("a b word")
    assert len(text) <= 1000


@pytest.mark.parametrize(
    "value", [{"@type": "sc:CreativeWork", "url": "https://x.org/l", "name": "L"}, {"@id": "https://x.org/l"},
              ["https://x.org/l", "TBD", {}, 1.5e3], "https://x.org/l"],
)  # fmt: skip
def test_licenses(value: Any) -> None:
    assert changed(license=value).licenses[0].text == "https://x.org/l"


@pytest.mark.parametrize(
    ("value", "names"),
    [("Acme", ["Acme"]), (["A", {"name": "B"}], ["A", "B"]), ({"@type": "sc:Person"}, []), ({"name": {"en": "C"}},
     ["C"]), ([], []), (7, ["7"]), ("n/a", []), ({"name": "x" * 600}, [])],
)  # fmt: skip
def test_parties(value: Any, names: list[str]) -> None:
    assert [party.name for party in changed(creator=value).creators] == names


def test_addresses_of_parties_are_checked() -> None:
    party = {"name": "A", "url": "javascript:x", "email": "not one", "@type": "sc:Thing"}
    assert changed(creator=party).creators == (CroissantParty("A", "", "", "", "/creator"),)
    named = {"@id": "https://orcid.org/0", "name": "A", "@type": "schema:Person"}
    assert changed(creator=named).creators == (CroissantParty("A", "https://orcid.org/0", "", "person", "/creator"),)
    assert len(changed(creator=["A"] * 500).creators) == MAX_PARTIES


@pytest.mark.parametrize(
    "time", ["2020", "2020-02", "2020-02-29", "2020-07-25T10:20", "2020-07-25T10:20:30.5Z", "2020-07-25T10:20:30+02:00"]
)
def test_times(time: str) -> None:
    assert is_time(time)
    assert changed(datePublished=time).published == Text(time, "/datePublished")


@pytest.mark.parametrize(
    "time",
    ["", "0000", "2021-02-29", "2020-13", "20-01-01", "2020-07-25 10:20", "yesterday", "2020-07-25T25:00", "20200725"],
)
def test_what_is_no_time_is_absent(time: str) -> None:
    assert not is_time(time)
    assert changed(datePublished=time).published == NO_TEXT


@pytest.mark.parametrize(
    "link", ["http://x", "https://x.org:8080/a?b=c?d#e", "https://x.org/%C3%A9", "https://x.org?q", "https://x.org#f"]
)
def test_links(link: str) -> None:
    assert is_link(link)


@pytest.mark.parametrize(
    "link",
    ["", "ftp://x", "x.org", "https://", "https://x.org/a b", "https://é", "https://x/" + "y" * 1100, "https://x/%zz",
     "https://x/a#b#c", "https://x/a[]", "https://u@x", "https://.x", "https://x\ny", "https://x/\\a", 'https://x/"a'],
)  # fmt: skip
def test_what_is_no_link_is_absent(link: str) -> None:
    assert not is_link(link)
    assert changed(url=link).url == NO_TEXT


def test_keywords_and_languages() -> None:
    found = changed(keywords=["a, b", {"@type": "DefinedTerm", "name": "c"}, {}], inLanguage=[{"name": "en"}, "de"])
    assert found.keywords == ("a", "b", "c")
    assert found.languages == ("en", "de")


def test_live_datasets() -> None:
    assert changed(isLiveDataset=True).live
    assert not changed(isLiveDataset=[True, False]).live


def test_several_specifications() -> None:
    found = changed(conformsTo=["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0", "x"])
    assert found.conforms_to == ("1.0", "RAI/1.0")


def test_properties_that_say_nothing_are_absent() -> None:
    found = changed(**{"rai:dataBiases": ["TODO", "", {}, "Some."], "rai:personalSensitiveInformation": ["No", "n/a"]})
    assert [item.text for item in found.of("dataBiases")] == ["Some."]
    assert [item.text for item in found.of("personalSensitiveInformation")] == ["No"]
    assert len(changed(**{"rai:dataBiases": [f"Bias {n}." for n in range(99)]}).of("dataBiases")) == MAX_TEXTS


def test_what_it_is_derived_from() -> None:
    found = changed(
        **{
            "prov:wasDerivedFrom": [{"@id": "https://x.org/a"}, "Some prose.", {"url": "https://x.org/b", "name": "b"}],
            "isBasedOn": "https://x.org/c",
        }
    )
    assert [item.text for item in found.derived_from] == ["https://x.org/a", "https://x.org/b", "https://x.org/c"]


def file(**members: Any) -> CroissantFile:
    item = {"@type": "cr:FileObject", "@id": "f", "contentUrl": "a.csv"} | members
    return changed(distribution=[item]).files[0]


@pytest.mark.parametrize("digest", ["", "ab", "xy" * 32, "AB" * 31, ["ab" * 32, "cd" * 32], {"a": 1}, 7])
def test_what_is_no_digest_is_absent(digest: Any) -> None:
    assert file(sha256=digest).sha256 == ""


def test_digests_are_in_lower_case() -> None:
    assert file(sha256="AB" * 32).sha256 == "ab" * 32


@pytest.mark.parametrize(
    ("size", "expected"),
    [("12", 12), ("12 B", 12), ("12B", 12), ("12 bytes", 12), (12, 12), ("12 KB", None), ("1.5", None), ("-1", None),
     ("9" * 17, None), ([1, 2], None), (True, None)],
)  # fmt: skip
def test_sizes_are_plain_bytes(size: Any, expected: int | None) -> None:
    assert file(contentSize=size).size == expected


def test_distributions_of_other_kinds_are_passed_over() -> None:
    items = [{"@type": "sc:DataDownload"}, "text", {"@id": "x"}, {"@type": "sc:FileObject", "@id": "old"}]
    assert [item.id for item in changed(distribution=items).files] == ["old"]


def test_fields() -> None:
    fields = [
        {"@id": "default/a", "dataType": ["sc:Integer", "https://www.wikidata.org/wiki/Q48277"], "isArray": True},
        {"name": "b", "dataType": "cr:Float32", "isArray": True, "arrayShape": "(-1, 3)"},
        {"name": "c"},
        {"dataType": "sc:Text"},
        {"name": "d", "dataType": [{}, 7]},
        "text",
    ]
    found = changed(recordSet={"@id": "default", "field": fields})
    assert [(item.name, item.type) for item in found.fields] == [
        ("a", "sc:Integer, https://www.wikidata.org/wiki/Q48277[]"),
        ("b", "cr:Float32[-1, 3]"),
    ]


def test_fields_are_bounded_in_number_and_depth() -> None:
    many = [{"name": f"f{number}", "dataType": "sc:Text"} for number in range(MAX_FIELDS + 5)]
    assert len(changed(recordSet=[{"@id": "r", "field": many}]).fields) == MAX_FIELDS
    deep: Json = {"name": "x", "dataType": "sc:Text"}
    for _ in range(10):
        deep = {"name": "x", "dataType": "sc:Text", "subField": deep}
    assert [item.name.count("x") for item in changed(recordSet={"@id": "r", "field": deep}).fields] == [1, 2, 3, 4, 5]


def test_enumerations_are_no_fields_of_the_data() -> None:
    records = {"@id": "labels", "dataType": "sc:Enumeration", "field": [{"name": "label", "dataType": "sc:Text"}],
               "data": [{"labels/name": "cat"}]}  # fmt: skip
    found = changed(recordSet=records)
    assert found.fields == ()
    assert found.splits == ()


def test_pointers_stay_short_and_printable() -> None:
    found = read({"@context": CONTEXT | {"n\x07": "sc:name", "u" * 300: "sc:url", "a~/b": "sc:version"},
                  "@type": "sc:Dataset", "n\x07": "a", "u" * 300: "https://x.org", "a~/b": "1"})  # fmt: skip
    assert (found.name.where, found.url.where, found.version.where) == ("", "", "/a~0~1b")


def test_cut_off_anywhere_it_is_refused() -> None:
    data = json.dumps(SQUAD).encode()
    start = data.index(b"mlcommons.org") + len(b"mlcommons.org")
    for end in range(start, len(data), 7):
        with pytest.raises(DocumentError):
            read_croissant(data[:end], "croissant.json")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 99) | st.text(max_size=6) | st.just("sc:Text"),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["@id", "@type", "@value", "name", "field", "dataType", "data", "url", "sha256", "references",
                         "subField", "contentUrl", "en", "containedIn", "x"]),
        inner, max_size=5),
    max_leaves=15,
)  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.dictionaries(st.sampled_from([*PENGUINS, "prov:wasDerivedFrom", "isLiveDataset"]), VALUES, max_size=4))
def test_any_members_are_read_or_refused(members: Json) -> None:
    with contextlib.suppress(DocumentError):
        found = read_croissant(json.dumps(PENGUINS | members).encode(), "croissant.json")
        if found is not None:
            assert all(item.type for item in found.fields)
            assert found.name.text.isprintable()
            assert all(text.text.isprintable() for _, texts in found.rai for text in texts)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=100))
def test_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(DocumentError):
        assert read_croissant(b'"mlcommons.org"' + data, "x") is None

"""Configuration in JSON, YAML and INI files: what makes a loader import, call or fetch something."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attest.domain.scan import FileScan
from attest.scanning.repository.json_files import WHOLE
from tests.unit.scanning.scans import rules, scan_bytes

EVIL = "{{ ''.__class__ }}"


def scan_json(name: str, value: object) -> FileScan:
    return scan_bytes(name, json.dumps(value).encode())


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("config.json", {"auto_map": {"AutoModel": "modeling_x.X"}}, "hf.remote-code"),
        ("config.json", {"auto_map": {"AutoModel": "org/repo--modeling_x.X"}}, "hf.remote-code"),
        ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": [None, "tok.T"]}}, "hf.remote-code"),
        ("preprocessor_config.json", {"auto_map": {"AutoProcessor": "p.P"}}, "hf.remote-code"),
        ("anything.json", {"a": [{"b": {"auto_map": "x.Y"}}]}, "hf.remote-code"),
        ("config.json", {"custom_pipelines": {"x": {"impl": "p.P"}}}, "hf.remote-code"),
        ("generation_config.json", {"custom_generate": "org/repo"}, "hf.remote-code"),
        ("training.json", {"trust_remote_code": True}, "hf.remote-code"),
        ("training.json", {"trust_remote_code": "True"}, "hf.remote-code"),
        ("training.json", {"trust_remote_code": 1}, "hf.remote-code"),
        ("config.json", {"_attn_implementation": "org/flash-attn3"}, "hf.remote-code"),
        ("config.json", {"attn_implementation": {"text": "org/kernels@main:f"}}, "hf.remote-code"),
        ("x.json", {"_target_": "os.system"}, "config.names-code"),
        ("x.json", {"_target_": "builtin_alias"}, "config.names-code"),
        ("x.json", {"model": {"class_path": "my.Model", "init_args": {}}}, "config.names-code"),
        ("x.json", {"target": "subprocess.Popen", "params": {"args": "id"}}, "config.names-code"),
        ("x.json", {"loader_module": "os"}, "config.names-code"),
        ("x.json", {"py/object": "posix.system"}, "config.names-code"),
        ("x.json", {"py/reduce": [{"py/function": "os.system"}]}, "config.names-code"),
        ("x.json", {"py/type": "os.system"}, "config.names-code"),
        ("x.json", {"__reduce__": ["os.system", ["id"]]}, "config.names-code"),
        ("x.json", {"__class__": "Popen", "__module__": "subprocess"}, "config.names-code"),
        ("x.json", {"__kind__": "instance", "class": "subprocess.Popen"}, "config.names-code"),
        ("x.json", {"lc": 1, "type": "constructor", "id": ["langchain", "X"]}, "config.names-code"),
        ("x.json", {"type": "subprocess.Popen", "init_parameters": {}}, "config.names-code"),
        ("adapter_config.json", {"auto_mapping": {"parent_library": "evil"}}, "config.names-code"),
        ("adapter_config.json", {"parent_library": "transformers.models.x.modeling_y"}, "config.names-code"),
        ("2_Dense/config.json", {"activation_function": "os.system"}, "config.names-code"),
        ("config.json", {"sentence_transformers": {"activation_fn": "torch.hub.load"}}, "config.names-code"),
        ("genai_config.json", {"session_options": {"custom_ops_library": "evil.so"}}, "config.names-code"),
        ("x.json", {"custom_imports": {"imports": ["os"]}}, "config.names-code"),
        ("tokenizer_config.json", {"chat_template": EVIL}, "template.unsafe"),
        ("tokenizer_config.json", {"chat_template": [{"name": "a", "template": EVIL}]}, "template.unsafe"),
        ("tokenizer_config.json", {"chat_template": {"default": EVIL}}, "template.unsafe"),
        ("processor_config.json", {"default_chat_template": EVIL}, "template.unsafe"),
        ("x.json", {"prompt_template": EVIL}, "template.unsafe"),
        ("x.json", {"prompts": {"q": EVIL}}, "template.unsafe"),
        ("tokenizer_config.json", {"chat_template": "{% if %}"}, "template.unparsed"),
        ("modules.json", [{"idx": 0, "path": "", "type": "os.system"}], "hf.remote-code"),
        ("modules.json", [{"idx": 0, "path": "", "type": "custom_st.Transformer"}], "hf.remote-code"),
        ("modules.json", [{"idx": 0, "path": "", "type": ["x"]}], "hf.remote-code"),
        ("modules.json", [{"type": "sentence_transformers.models.Pooling", "path": "../x"}], "hf.index-path"),
        ("modules.json", [{"type": "sentence_transformers.util.import_from_string", "path": ""}], "hf.remote-code"),
        ("router_config.json", {"types": {"a": "evil.M"}, "structure": {}}, "hf.remote-code"),
        ("model_index.json", {"unet": ["my_module", "MyUNet"]}, "hf.remote-code"),
        ("model_index.json", {"unet": ["diffusers.utils", "x"]}, "hf.remote-code"),
        ("model_index.json", {"_class_name": ["my_pipeline", "P"]}, "hf.remote-code"),
        ("model_index.json", {"unet": ["diffusers", "_x"]}, "hf.remote-code"),
        ("model_index.json", {"unet": ["diffusers", 1]}, "hf.remote-code"),
        ("model.safetensors.index.json", {"weight_map": {"a": "../model.safetensors"}}, "hf.index-path"),
        ("model.safetensors.index.json", {"weight_map": {"a": "/etc/passwd"}}, "hf.index-path"),
        ("model.safetensors.index.json", {"weight_map": {"a": "C:\\x"}}, "hf.index-path"),
        ("model.safetensors.index.json", {"weight_map": {"a": "a\\..\\b"}}, "hf.index-path"),
        ("model.safetensors.index.json", {"weight_map": {"a": "x\0"}}, "hf.index-path"),
        ("model.safetensors.index.json", {"weight_map": {"a": "https://x/y"}}, "hf.index-path"),
        ("model.safetensors.index.json", {"weight_map": {"a": 1}}, "hf.index-path"),
        ("pytorch_model.bin.index.json", {"weight_map": {"a": "./x"}}, "hf.index-path"),
    ],
)  # fmt: skip
def test_a_member_that_makes_a_loader_do_something_is_found(name: str, value: object, rule: str) -> None:
    assert rules(scan_json(name, value)) == [rule]


@pytest.mark.parametrize(
    "data",
    [
        b'{"\\u0061uto_map": {"AutoModel": "m.X"}}',
        b'{"auto_map": {"AutoModel": "m.X"}, "auto_map": null}',
        b'{"auto_map": null, "auto_map": {"AutoModel": "m.X"}}',
        b'\xef\xbb\xbf{"auto_map": {"AutoModel": "m.X"}}',
        '{"auto_map": {"AutoModel": "m.X"}}'.encode("utf-16"),
        '{"auto_map": {"AutoModel": "m.X"}}'.encode("utf-32"),
        b'\n\n  [[[{"x": NaN, "auto_map": {"AutoModel": "m.X"}}]]]',
        b'{"a": 1}\n{"auto_map": {"AutoModel": "m.X"}}\n',
    ],
)
def test_no_spelling_hides_a_member(data: bytes) -> None:
    assert "hf.remote-code" in rules(scan_bytes("config.json", data))


_MEMBER = b'"auto_map": {"AutoModel": "m.X"}'


@pytest.mark.parametrize(
    "member",
    [
        _MEMBER,
        _MEMBER.replace(b"au", b"\\u0061u"),
        _MEMBER.replace(b":", b" " * 9000 + b":", 1),
        b'"chat_template": "' + EVIL.encode() + b'"',
        b'"py/object": "os.system"',
    ],
)
@pytest.mark.parametrize("before", [WHOLE + 4080, (1 << 20) * 5 - 20])
def test_nothing_hides_in_a_large_document(member: bytes, before: int) -> None:
    filler = b'{"vocab": {' + b'"a": 1, ' * (before // 8 - 10)
    filler += b" " * (before - len(filler))
    scan = scan_bytes("tokenizer.json", filler + b'"z": 0, ' + member + b', "y": 1}}')
    assert scan.outcome == "BLOCK"


def test_nothing_hides_in_a_large_file_of_lines() -> None:
    lines = b'{"text": "some words"}\n' * 200_000
    assert scan_bytes("train.jsonl", lines).outcome == "PASS"
    assert rules(scan_bytes("train.jsonl", lines + b'{"_target_": "os.system"}\n')) == ["config.names-code"]


def test_a_document_that_is_too_large_to_judge_is_inconclusive() -> None:
    data = b'{"auto_map": {}, "x": "' + b"a" * (65 << 20) + b'"}'
    assert rules(scan_bytes("config.json", data)) == ["scan.budget"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("config.json", {"architectures": ["BertModel"], "auto_map": None, "torch_dtype": "float32", "eps": 1e-12}),
        ("config.json", {"_attn_implementation": "flash_attention_2", "trust_remote_code": False}),
        ("config.json", {"quantization_config": {"quant_method": "bitsandbytes", "load_in_4bit": True}}),
        ("config.json", {"activation_function": "gelu_new", "target": "en.wikipedia", "rope": {"type": "yarn"}}),
        ("generation_config.json", {"eos_token_id": [1, 2], "max_length": float("inf")}),
        ("tokenizer_config.json", {"model_max_length": 10**30, "chat_template": "{{ bos_token }}", "pad": None}),
        ("tokenizer_config.json", {"chat_template": [{"name": "{{ odd", "template": "{{ messages[0].content }}"}]}),
        ("special_tokens_map.json", {"bos_token": {"content": "<s>", "normalized": False}}),
        ("vocab.json", {"auto_map": 5, "py/object": 7, "__reduce__": 9, "chat_template": 11, "{{": 13, "_target_": 1}),
        ("preprocessor_config.json", {"image_processor_type": "ViTImageProcessor", "size": {"height": 224}}),
        ("adapter_config.json", {"base_model_name_or_path": "/data/model", "auto_mapping": None, "r": 8}),
        ("adapter_config.json", {"auto_mapping": {"parent_library": "transformers.models.mpt.modeling_mpt"}}),
        ("modules.json", [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}]),
        ("modules.json", [{"path": "1_P", "type": "sentence_transformers.sparse_encoder.models.SpladePooling"}]),
        ("modules.json", [{"type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling"}]),
        ("2_Dense/config.json", {"in_features": 8, "activation_function": "torch.nn.modules.activation.Tanh"}),
        ("config.json", {"sbert_ce_default_activation_function": "torch.nn.modules.linear.Identity"}),
        (
            "router_config.json",
            {"types": {"query": "sentence_transformers.models.Dense"}, "structure": {"query": ["query"]}},
        ),
        (
            "model_index.json",
            {
                "_class_name": "StableDiffusionPipeline",
                "_diffusers_version": "0.30.0",
                "unet": ["diffusers", "UNet2D"],
                "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
                "image_encoder": [None, None],
                "requires_safety_checker": True,
                "boundary": [0.1, 0.9],
                "force_zeros": False,
            },
        ),
        (
            "tokenizer.json",
            {"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "\\p{L}+"}}, "model": {"vocab": {}}},
        ),
        ("tokenizer.json", {"normalizer": {"type": "Precompiled"}}),
        (
            "model.json",
            {"learner": {"objective": {"name": "reg:squarederror"}, "gradient_booster": {"name": "gbtree"}}},
        ),
        ("croissant.json", {"@context": {}, "@type": "sc:Dataset", "distribution": [{"@type": "cr:FileObject"}]}),
        ("x.json", {"py/tuple": [1, 2], "py/set": [3]}),
        ("prompts.json", {"prompt": "Write {{name}} or {% raw", "template": "<s>{{ .System }}"}),
    ],
)
def test_what_common_libraries_write_passes(name: str, value: object) -> None:
    scan = scan_json(name, value)
    assert (scan.outcome, rules(scan)) == ("PASS", [])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.jsonl", b'{"a": 1}\n\n{"a": 2}\r\n'),
        ("x.json", b'{"a": 1}\n{"a": 2}\n'),
        ("x.json", b'{"a": 1, "a": 1}'),
        ("note.txt", b"{this is no JSON}"),
        ("x.jinja", b"{{ messages }}"),
        ("x.json", b""),
        ("x.json", b'{"name": "\\ud83d\\ude00 \\u003c \\u00e9"}'),
    ],
)
def test_other_forms_that_writers_use_pass(name: str, data: bytes) -> None:
    assert scan_bytes(name, data).outcome == "PASS"


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b'{"a": }',
        b"nonsense",
        b'{"a": 1} x',
        b"[" * 100_000,
        b'{"a": ' * 5000,
        b"\xff\xfe\xfd{}",
        b'{"a": 1, "a": 2}',
        b'{"a": 1}\n{"a": \n',
        b"[" * 300 + b"]" * 300,
        b"1" * 10_000,
    ],
)
def test_malformed_documents_are_inconclusive(data: bytes) -> None:
    assert scan_bytes("x.json", data).outcome == "INCONCLUSIVE"


def test_files_that_an_index_names_are_referred_to_from_its_folder() -> None:
    scan = scan_json(
        "text/model.safetensors.index.json", {"weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}}
    )
    assert scan.refers_to == ("text/m-1.safetensors", "text/m-2.safetensors")


_KEYS = st.sampled_from(["auto_map", "_target_", "type", "chat_template", "weight_map", "types", "x"])
_LEAVES = st.none() | st.booleans() | st.floats() | st.text(max_size=5)


@given(st.recursive(_LEAVES, lambda inner: st.lists(inner) | st.dictionaries(_KEYS, inner), max_leaves=12))
@settings(max_examples=80, deadline=None)
def test_whatever_a_document_holds_it_is_judged(value: object) -> None:
    for name in ("config.json", "modules.json", "model_index.json", "a.index.json"):
        assert "scan.internal-error" not in rules(scan_json(name, value))


@given(st.binary(max_size=200))
@settings(max_examples=80, deadline=None)
def test_whatever_the_bytes_no_scanner_fails(data: bytes) -> None:
    for name in ("config.json", "a.yaml", "MLmodel", "config.cfg", "x.jsonl", "x.jinja"):
        assert "scan.internal-error" not in rules(scan_bytes(name, data))


# YAML.


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ("!!python/object/apply:os.system ['id']", "config.names-code"),
        ("a: !!python/name:os.system", "config.names-code"),
        ("a: !!python/object/new:x.Y {}", "config.names-code"),
        ("a: !<tag:yaml.org,2002:python/object/apply:os.system> [x]", "config.names-code"),
        ("%TAG !e! tag:yaml.org,2002:python/object/apply:\n---\na: !e!os.system [x]", "config.names-code"),
        ("a: !!pyth%6fn/name:os.system", "config.names-code"),
        ("a: !new:speechbrain.X {}", "config.names-code"),
        ("a: !Local x", "config.names-code"),
        ("? !!python/name:os.system\n: 1", "config.names-code"),
        ("---\na: 1\n---\n!x y", "config.names-code"),
        ("_target_: os.system", "config.names-code"),
        ('"\\x5ftarget_": os.system', "config.names-code"),
        ("k: &k _target_\nx: {*k : os.system}", "config.names-code"),
        ("x: &v os.system\n_target_: *v", "config.names-code"),
        ("base: &b {_target_: os.system}\nx:\n  <<: *b", "config.names-code"),
        ("model:\n  class_path: my.Model", "config.names-code"),
        ("model:\n  target: my.Model\n  params: {}", "config.names-code"),
        ("trust_remote_code: yes", "hf.remote-code"),
        ("auto_map: {AutoModel: m.X}", "hf.remote-code"),
        ("chat_template: \"{{ ''.__class__ }}\"", "template.unsafe"),
        ("!bad x\n: [", "config.names-code"),
    ],
)
def test_yaml_that_names_code_is_found(data: str, rule: str) -> None:
    assert rule in rules(scan_bytes("x.yaml", data.encode()))
    assert scan_bytes("x.yaml", data.encode("utf-16")).outcome != "PASS"


def test_nothing_hides_in_large_yaml() -> None:
    filler = "key: some words! and more\n" * 5000
    assert scan_bytes("x.yaml", filler.replace("key", "k").encode()).outcome == "PASS"
    assert "config.names-code" in rules(scan_bytes("x.yaml", (filler + "a: !x y\n").encode()))
    assert rules(scan_bytes("x.yaml", (filler * 20 + "_target_: x.y\n").encode())) == ["scan.budget"]


@pytest.mark.parametrize(
    "data",
    [
        "a: 1\nb: [x, 'y', \"z\"]\nc: {d: null}\n",
        "a: &x {b: 1}\nc: *x\n",
        "when: 2024-01-01\ncountry: no\n",
        "a: !!str 1\nb: !!binary AA==\nc: !!set {x}\n",
        "---\na: 1\n---\nb: 2\n",
        "target: model\nparams: {x: 1}\n",
        "model:\n  target: ldm.models.diffusion.ddpm.LatentDiffusion\n  params: {}\n",
        "trust_remote_code: no\n",
        "text: hello! (really)\nemail: a!b@c\n",
        "",
        "name: env\ndependencies:\n- python=3.10\n- pip:\n  - mlflow<3,>=2.1\n",
    ],
)
def test_plain_yaml_passes(data: str) -> None:
    assert scan_bytes("x.yaml", data.encode()).outcome == "PASS"


@pytest.mark.parametrize(
    "data",
    [
        "a: [", "a: b: c", "\tx", "a: *unknown", "[" * 1000, "- " * 3000 + "x",
        "a: &a [1,1,1,1,1,1,1,1,1]\n"
        + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(12)),
    ],
)  # fmt: skip
def test_malformed_and_exploding_yaml_is_inconclusive(data: str) -> None:
    assert scan_bytes("x.yaml", data.encode()).outcome == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("flavour", "found"),
    [
        ("loader_module: mlflow.sklearn\n    model_path: model.pkl\n    code: null", []),
        ("loader_module: mlflow.pytorch\n    data: data", []),
        ("loader_module: mlflow.pyfunc.model\n    python_model: p.pkl", ["config.names-code"]),
        ("loader_module: my_loader", ["config.names-code"]),
        ("loader_module: mlflow.sklearn.evil", ["config.names-code"]),
        ("loader_module: mlflow.sklearn\n    code: code", ["hf.remote-code"]),
        ("loader_module: mlflow.sklearn\n    model_code_path: agent.py", ["hf.remote-code"]),
    ],
)
def test_flavours_of_mlflow(flavour: str, found: list[str]) -> None:
    data = f"artifact_path: model\nflavors:\n  python_function:\n    {flavour}\n    env: conda.yaml\nrun_id: x\n"
    assert rules(scan_bytes("model/MLmodel", data.encode())) == found


# spaCy.


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('@architectures = "spacy.HashEmbedCNN.v2"', []),
        ('@optimizers = "Adam.v1"', []),
        ('@architectures = "spacy-transformers.TransformerModel.v3"', []),
        ("# a comment with @ in it", []),
        ('@misc = "my.reader.v1"', ["config.names-code"]),
        ('@misc="os.system"', ["config.names-code"]),
        ("@misc = ${x.y}", ["config.names-code"]),
        ('x = {"@misc": "evil.v1"}', ["config.names-code"]),
        ('x = {"\\u0040misc": "evil.v1"}', ["config.names-code"]),
        ('@misc = ["spacy.X.v1"]', ["config.names-code"]),
    ],
)
def test_functions_that_spacy_picks(line: str, found: list[str]) -> None:
    data = f'[nlp]\nlang = "en"\n\n[components.x]\nfactory = "tagger"\n{line}\n'
    assert rules(scan_bytes("en_x/config.cfg", data.encode())) == found


def test_a_configuration_that_is_no_text_is_inconclusive() -> None:
    assert scan_bytes("config.cfg", b"[nlp]\n\xff\xfe\x00").outcome != "BLOCK"


# Large files.


def test_a_tokenizer_of_usual_size_passes() -> None:
    model = {"vocab": {f"token{i}": i for i in range(150_000)}, "merges": [f"a{i} b{i}" for i in range(150_000)]}
    data = json.dumps({"version": "1.0", "model": model}).encode()
    assert scan_bytes("tokenizer.json", data).outcome == "PASS"

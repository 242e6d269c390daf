"""Chat templates, and repositories and configurations that make a loader run code."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.corpus import assembler as a
from tests.corpus import protos as p
from tests.corpus.case import Case, attack, benign, hostile, warn
from tests.corpus.tars import tar_file, tar_member

TEMPLATE, HF, CONFIG = "template", "hf-repository", "config"
_RUN = ".__globals__['os'].popen('echo corpus').read()"
TEMPLATES: tuple[tuple[str, str, str], ...] = (
    ("classic", "{{ ''.__class__.__mro__[1].__subclasses__() }}", "CVE-2024-34359: an attribute chain"),
    ("cycler", "{{ cycler.__init__" + _RUN + " }}", "a global's attributes"),
    ("joiner", "{{ joiner.__init__" + _RUN + " }}", "a global's attributes"),
    ("lipsum", "{{ lipsum" + _RUN + " }}", "a global's attributes"),
    ("namespace", "{{ namespace.__init__" + _RUN + " }}", "a global's attributes"),
    ("self", "{{ self.__init__" + _RUN + " }}", "the template itself"),
    ("config", "{{ config.items() }}", "a global that is not for templates"),
    ("attr-filter", "{{ ''|attr('__class__') }}", "the filter attr"),
    ("attr-computed", "{{ ''|attr('__cl' ~ 'ass__') }}", "the filter attr with a name put together"),
    ("subscript", "{{ ''['__class__'] }}", "an item for an attribute"),
    ("subscript-concatenated", "{{ ''['__cla' + 'ss__'] }}", "a name put together by +"),
    ("subscript-tilde", "{{ ''['__cla' ~ 'ss__'] }}", "a name put together by ~"),
    ("subscript-adjacent", "{{ ''['__cla' 'ss__'] }}", "a name of two texts side by side"),
    ("subscript-join", "{{ ''[['__cla', 'ss__']|join] }}", "a name put together by join"),
    ("subscript-join-method", "{{ ''['ss__'.join(['__cla', ''])] }}", "a name put together by join"),
    ("subscript-format", "{{ ''['__%s__'|format('class')] }}", "a name put together by format"),
    ("subscript-format-method", "{{ ''['__{}__'.format('class')] }}", "a name put together by format"),
    ("subscript-percent", "{{ ''['__%s__' % 'class'] }}", "a name put together by %"),
    ("subscript-replace", "{{ ''['__xlass__'|replace('x', 'c')] }}", "a name put together by replace"),
    ("subscript-reverse", "{{ ''['__ssalc__'|reverse] }}", "a name by reverse"),
    ("subscript-slice", "{{ ''['__ssalc__'[::-1]] }}", "a name by a slice"),
    ("subscript-lower", "{{ ''['__CLASS__'|lower] }}", "a name by lower"),
    ("subscript-escape", "{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}", "a name by escapes"),
    ("subscript-unicode", "{{ ''['\\u005f\\u005fclass__'] }}", "a name by escapes"),
    ("subscript-variable", "{% set x = '__class__' %}{{ ''[x] }}", "a name in a variable"),
    ("subscript-loop", "{% for x in ['__class__'] %}{{ ''[x] }}{% endfor %}", "a name in a loop"),
    ("map-attribute", "{{ ['']|map(attribute='__class__')|list }}", "map with an attribute"),
    ("map-attribute-computed", "{{ ['']|map(attribute='__cla' ~ 'ss__')|list }}", "map with a name put together"),
    ("map-attr", "{{ ['']|map('attr', '__class__')|list }}", "map with attr"),
    ("selectattr", "{{ ['']|selectattr('__class__.__name__')|list }}", "selectattr with a chain"),
    ("groupby", "{{ ['']|groupby('__class__') }}", "groupby with an attribute"),
    ("sort-attribute", "{{ ['']|sort(attribute='__class__') }}", "sort with an attribute"),
    ("sum-attribute", "{{ ['']|sum(attribute='__class__') }}", "sum with an attribute"),
    ("unique-attribute", "{{ ['']|unique(attribute='__class__')|list }}", "unique with an attribute"),
    ("join-attribute", "{{ ['']|join(attribute='__class__') }}", "join with an attribute"),
    ("format-method", "{{ '{0.__class__}'.format('') }}", "a format text that reads attributes"),
    ("format-map", "{{ '{x.__class__}'.format_map({'x': ''}) }}", "a format text that reads attributes"),
    ("format-variable", "{% set f = '{0.__class__}' %}{{ f.format('') }}", "a format text in a variable"),
    ("macro", "{% macro m(x) %}{{ x.__class__ }}{% endmacro %}{{ m('') }}", "inside a macro"),
    ("macro-attributes", "{% macro m() %}{% endmacro %}{{ m.__globals__ }}", "attributes of a macro"),
    ("call-block", "{% call(x) cycler.__init__() %}{% endcall %}", "a call block"),
    ("set-block", "{% set x %}{{ ''.__class__ }}{% endset %}", "inside a set block"),
    ("filter-block", "{% filter attr('__class__') %}x{% endfilter %}", "a filter block"),
    ("include", "{% include '/etc/hostname' %}", "include"),
    ("import", "{% import 'x' as x %}", "import"),
    ("from", "{% from 'x' import y %}", "from"),
    ("extends", "{% extends 'x' %}", "extends"),
    ("in-condition", "{% if ''.__class__ %}x{% endif %}", "inside a condition"),
    ("in-inline-if", "{{ 'a' if ''.__class__ else 'b' }}", "inside an inline condition"),
    ("in-test", "{{ x is sameas(''.__class__) }}", "inside a test"),
    ("in-default", "{{ x|default(''.__class__) }}", "an argument of a filter"),
    ("in-dictionary", "{{ {'a': ''.__class__} }}", "inside a dictionary"),
    ("in-slice", "{{ 'a'[''.__class__:] }}", "inside a slice"),
    ("whitespace-control", "{%- if true -%}{{- ''.__class__ -}}{%- endif -%}", "with white space control"),
    ("line-comment", "{# harmless #}{{ ''.__class__ }}", "after a comment"),
    ("after-raw", "{% raw %}{{ x }}{% endraw %}{{ ''.__class__ }}", "after a raw block"),
    ("single-underscore", "{{ x._private }}", "a private name"),
    ("generator-frame", "{{ (x for x in y).gi_frame }}", "an attribute of a generator"),
    ("getattr-call", "{{ getattr('', '__class__') }}", "getattr as a function"),
    ("eval-call", "{{ eval('1') }}", "eval as a function"),
    ("open-call", "{{ open('/etc/hostname').read() }}", "open as a function"),
    ("url-for", "{{ url_for.__globals__ }}", "a global of a web framework"),
    ("pop-method", "{{ messages.pop.__func__ }}", "an attribute of a method"),
    ("list-mutation", "{{ messages.append.__self__ }}", "an attribute of a method"),
    ("do-extension", "{% do ''.__class__ %}", "the do statement"),
    ("debug", "{% debug %}", "the debug statement"),
    ("unclosed", "{% if true %}{{ 1 }}", "a block without an end"),
    ("broken", "{{ 1 + }}", "half an expression"),
    ("unknown-tag", "{% corpus %}", "an unknown statement"),
    ("unknown-filter", "{{ 1|corpus }}", "an unknown filter"),
    (
        "huge-loop",
        "{% for a in range(99999999) %}{% for b in range(99999999) %}x{% endfor %}{% endfor %}",
        "loops without end",
    ),
    ("power", "{{ 9 ** 9 ** 9 }}", "a number without end"),
    ("repeat", "{{ 'x' * 9999999999 }}", "a text without end"),
    ("deep", "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "five thousand parentheses"),
)
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
GOOD_TEMPLATES: tuple[tuple[str, str], ...] = (
    ("chatml", CHATML),
    (
        "llama2",
        "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message ="
        " messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}"
        "{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
        "{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message +"
        " '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}"
        "{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}"
        "{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
    ),
    (
        "llama3",
        "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' +"
        " message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}"
        "{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}"
        "{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
    ),
    (
        "gemma",
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}"
        "{% endif %}{% for message in messages %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}"
        "{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\\n' + message['content']"
        " | trim + '<end_of_turn>\\n' }}{% endfor %}",
    ),
    (
        "tools",
        "{%- if tools %}{{- '<|im_start|>system\\n' }}{%- for tool in tools %}{{- \"\\n\" }}{{- tool | tojson }}"
        "{%- endfor %}{%- endif %}{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}"
        "{%- for message in messages[::-1] %}{%- set index = (messages|length - 1) - loop.index0 %}{%- if"
        " ns.multi_step_tool and message.role == 'user' and message.content is string and not(message.content"
        ".startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}{%- set ns.multi_step_tool ="
        " false %}{%- set ns.last_query_index = index %}{%- endif %}{%- endfor %}{%- for message in messages %}"
        "{%- if '</think>' in message.content %}{%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}"
        "{{- content }}{%- endif %}{%- endfor %}",
    ),
    (
        "macro",
        "{% macro render(tool, indent=0) %}{{ tool.name ~ ': ' ~ (tool.description or '') }}{% endmacro %}{% for tool in"
        " tools or [] %}{{ render(tool) }}{% endfor %}{{ strftime_now('%d %b %Y') }}",
    ),
    (
        "items",
        "{% for key, value in tool.function.parameters.properties.items() %}{{ key }}: {{ value.type | default('any') }}"
        "{% if not loop.last %}, {% endif %}{% endfor %}{{ messages | selectattr('role', 'equalto', 'user') | list |"
        " length }}",
    ),
    ("plain", "{{ messages[-1].content }}"),
)


def _templates() -> Iterator[Case]:
    """Templates, each at another place."""
    for number, (name, text, about) in enumerate(TEMPLATES):
        make = attack if number < len(TEMPLATES) - 8 else hostile
        config = json.dumps({"tokenizer_class": "LlamaTokenizer", "chat_template": text}).encode()
        if number % 4 == 0:
            files = {"tokenizer_config.json": config}
        elif number % 4 == 1:
            files = {"model.gguf": p.gguf([*p.GGUF_PAIRS, p.gguf_pair("tokenizer.chat_template", "str", text)])}
        elif number % 4 == 2:
            files = {"chat_template.jinja": text.encode()}
        else:
            files = {"chat_template.json": json.dumps({"chat_template": text}).encode()}
        yield make(TEMPLATE, name, files, about)
    evil = TEMPLATES[0][1]
    several = json.dumps(
        {"chat_template": [{"name": "default", "template": CHATML}, {"name": "tool_use", "template": evil}]}
    )
    yield attack(TEMPLATE, "second-of-two", {"tokenizer_config.json": several.encode()}, "the second of two templates")
    named = [
        p.gguf_pair("tokenizer.chat_template", "str", CHATML),
        p.gguf_pair("tokenizer.chat_template.tool_use", "str", evil),
    ]
    yield attack(
        TEMPLATE, "gguf-named", {"model.gguf": p.gguf([*p.GGUF_PAIRS, *named])}, "CVE-2026-5760: a named template"
    )
    twice = [p.gguf_pair("tokenizer.chat_template", "str", CHATML), p.gguf_pair("tokenizer.chat_template", "str", evil)]
    yield attack(TEMPLATE, "gguf-twice", {"model.gguf": p.gguf([*p.GGUF_PAIRS, *twice])}, "a key twice")
    big = p.gguf([p.gguf_pair("tokenizer.chat_template", "str", evil, ">")], order=">")
    yield attack(TEMPLATE, "gguf-big-endian", {"model.gguf": big}, "the other byte order")
    in_array = p.gguf_pair("tokenizer.chat_templates", "array", ("str", [CHATML, evil]))
    yield attack(TEMPLATE, "gguf-array", {"model.gguf": p.gguf([*p.GGUF_PAIRS, in_array])}, "a template in an array")
    processor = json.dumps({"processor_class": "X", "chat_template": evil}).encode()
    yield attack(TEMPLATE, "processor", {"processor_config.json": processor}, "in a processor's configuration")
    yield attack(TEMPLATE, "folder", {"additional_chat_templates/rag.jinja": evil.encode()}, "in a folder of templates")
    escaped = config_text = json.dumps({"chat_template": evil}).replace("__class__", "\\u005f_class_\\u005f")
    yield attack(TEMPLATE, "json-escapes", {"tokenizer_config.json": escaped.encode()}, "hidden by JSON escapes")
    doubled = config_text[:-1] + ', "chat_template": ' + json.dumps(CHATML) + "}"
    yield attack(TEMPLATE, "json-twice", {"tokenizer_config.json": doubled.encode()}, "a key twice")
    for name, text in GOOD_TEMPLATES:
        config = json.dumps({"tokenizer_class": "LlamaTokenizer", "chat_template": text}).encode()
        yield benign(TEMPLATE, f"config-{name}", {"tokenizer_config.json": config}, "a common template")
        data = p.gguf([*p.GGUF_PAIRS, p.gguf_pair("tokenizer.chat_template", "str", text)])
        yield benign(TEMPLATE, f"gguf-{name}", {"model.gguf": data}, "a common template")
    yield benign(TEMPLATE, "jinja", {"chat_template.jinja": CHATML.encode()}, "a common template")


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2).encode()


BERT = {
    "architectures": ["BertModel"],
    "model_type": "bert",
    "hidden_size": 4,
    "vocab_size": 10,
    "num_hidden_layers": 1,
}


def _repositories() -> Iterator[tuple[str, dict[str, bytes], str]]:
    """Repositories of the Hugging Face kind."""
    remote = {**BERT, "auto_map": {"AutoModel": "modeling_corpus.CorpusModel"}}
    yield "auto-map", {"config.json": _json(remote)}, "auto_map"
    yield "auto-map-code", {"config.json": _json(remote), "modeling_corpus.py": b"print('corpus')\n"}, "auto_map"
    yield (
        "auto-map-other-repository",
        {"config.json": _json({**BERT, "auto_map": {"AutoModel": "corpus/corpus--modeling.X"}})},
        "auto_map into another repository",
    )
    for file in (
        "tokenizer_config.json",
        "preprocessor_config.json",
        "processor_config.json",
        "generation_config.json",
        "image_processor_config.json",
        "feature_extractor_config.json",
        "video_preprocessor_config.json",
    ):
        yield (
            f"auto-map-{file[:-12]}",
            {file: _json({"auto_map": {"AutoTokenizer": ["t.T", None]}})},
            f"auto_map in {file}",
        )
    yield (
        "auto-map-nested",
        {"config.json": _json({**BERT, "text_config": {"auto_map": {"AutoModel": "m.M"}}})},
        "auto_map in a part",
    )
    yield (
        "auto-map-escaped",
        {"config.json": _json(remote).replace(b"auto_map", b"\\u0061uto_map")},
        "auto_map by escapes",
    )
    yield "auto-map-twice", {"config.json": b'{"auto_map": {"AutoModel": "m.M"}, "auto_map": {}}'}, "auto_map twice"
    yield (
        "custom-pipelines",
        {"config.json": _json({**BERT, "custom_pipelines": {"x": {"impl": "pipeline.P", "pt": ["AutoModel"]}}})},
        "custom pipelines",
    )
    yield "subfolder", {"unet/config.json": _json(remote)}, "auto_map in a folder"
    yield (
        "model-index",
        {"model_index.json": _json({"_class_name": ["pipeline", "CorpusPipeline"], "unet": ["my_module", "Unet"]})},
        "a pipeline of the repository",
    )
    yield (
        "model-index-module",
        {"model_index.json": _json({"_class_name": "DiffusionPipeline", "unet": ["os", "system"]})},
        "a class of another library",
    )
    yield (
        "model-index-custom",
        {"model_index.json": _json({"_class_name": "DiffusionPipeline", "custom_pipeline": "corpus/corpus"})},
        "a custom pipeline",
    )
    yield (
        "modules-type",
        {"modules.json": _json([{"idx": 0, "name": "0", "path": "", "type": "custom_st.Transformer"}])},
        "a class of the repository",
    )
    yield (
        "modules-type-os",
        {"modules.json": _json([{"idx": 0, "name": "0", "path": "", "type": "os.system"}])},
        "a foreign class",
    )
    yield (
        "modules-path",
        {
            "modules.json": _json(
                [{"idx": 0, "name": "0", "path": "../../x", "type": "sentence_transformers.models.Transformer"}]
            )
        },
        "a path that leads out",
    )
    yield (
        "adapter-mapping",
        {
            "adapter_config.json": _json(
                {"peft_type": "LORA", "auto_mapping": {"base_model_class": "X", "parent_library": "corpus"}}
            )
        },
        "a library chosen by the file",
    )
    for name, target in (
        ("parent", "../../etc/x.bin"),
        ("absolute", "/etc/x.bin"),
        ("url", "http://127.0.0.1:9/x.bin"),
        ("missing", "model-00001.safetensors"),
    ):
        index = {"metadata": {}, "weight_map": {"w": target}}
        yield f"index-{name}", {"model.safetensors.index.json": _json(index)}, "an index that points elsewhere"
    pickled = {"pytorch_model.bin.index.json": _json({"weight_map": {"w": "x.bin"}}), "x.bin": a.pickle(a.command())}
    yield "index-pickle", pickled, "an index that names a payload"
    megatron = {"peft_type": "LORA", "megatron_config": {"x": 1}, "megatron_core": "os"}
    yield "adapter-megatron", {"adapter_config.json": _json(megatron)}, "a module to import, chosen by the file"
    mlx = {**BERT, "model_file": "model.py"}
    yield (
        "mlx-model-file",
        {"config.json": _json(mlx), "model.py": b"print('corpus')\n"},
        "a script to load as the model",
    )
    trust = {"max_seq_length": 8, "model_args": {"trust_remote_code": True}}
    yield "trust-remote-code", {"sentence_bert_config.json": _json(trust)}, "the file allows its own code"
    yield (
        "trust-remote-code-config",
        {"config.json": _json({**BERT, "trust_remote_code": True})},
        "the file allows its own code",
    )
    yield "site-hook", {"config.json": _json(BERT), "corpus.pth": b"import os; print('corpus')\n"}, "a hook of Python's"
    yield "executable", {"config.json": _json(BERT), "tools/run": b"\x7fELF\2\1\1" + bytes(120)}, "a program"
    yield (
        "payload-deep",
        {"config.json": _json(BERT), "a/b/c/d/weights.bin": a.pickle(a.command())},
        "a payload deep in folders",
    )
    yield (
        "tokenizer-pickle",
        {"config.json": _json(BERT), "tokenizer.pkl": a.pickle(a.command())},
        "a pickled tokenizer",
    )
    yield (
        "training-args",
        {"config.json": _json(BERT), "training_args.bin": a.pickle(a.command(protocol=2), 2)},
        "a payload where transformers writes its arguments",
    )
    yield "optimizer", {"optimizer.pt": a.pickle(a.command(protocol=2), 2)}, "a payload where a trainer resumes"
    yield "rng-state", {"rng_state.pth": a.pickle(a.command(protocol=2), 2)}, "a payload where a trainer resumes"


YAMLS: tuple[tuple[str, str, str, str], ...] = (
    ("hydra", "conf.yaml", "model:\n  _target_: os.system\n  command: echo corpus\n", "CVE-2025-23304: _target_"),
    ("hydra-partial", "conf.yaml", "a:\n  - _target_: subprocess.Popen\n    _partial_: true\n", "_target_ in a list"),
    ("hydra-quoted", "conf.yaml", "model: {\"_target\\x5f\": builtins.eval}\n", "_target_ by escapes"),
    ("class-path", "config.yaml", "model:\n  class_path: os.system\n  init_args: {}\n", "class_path"),
    ("python-apply", "params.yml", "a: !!python/object/apply:os.system ['echo corpus']\n", "a tag that calls"),
    ("python-object", "params.yaml", "a: !!python/object:subprocess.Popen {}\n", "a tag that makes an object"),
    ("python-name", "params.yaml", "a: !!python/name:os.system\n", "a tag that names"),
    ("python-module", "params.yaml", "a: !!python/module:os\n", "a tag that imports"),
    ("python-verbatim", "params.yaml", "a: !<tag:yaml.org,2002:python/object/apply:os.system> [x]\n", "a tag in full"),
    ("python-handle", "params.yaml", "%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.system [x]\n", "a tag by a handle"),
    ("python-escaped", "params.yaml", "a: !!python%2Fobject%2Fapply:os.system [x]\n", "a tag with escapes"),
    ("python-second-document", "params.yaml", "a: 1\n---\nb: !!python/object/apply:os.system [x]\n", "in a second document"),
    ("hyperpyyaml-apply", "hyperparams.yaml", "a: !apply:os.system [echo corpus]\n", "SpeechBrain's tag that calls"),
    ("hyperpyyaml-new", "hyperparams.yaml", "a: !new:subprocess.Popen [echo]\n", "SpeechBrain's tag that makes an object"),
    ("hyperpyyaml-name", "hyperparams.yaml", "a: !name:builtins.eval\n", "SpeechBrain's tag that names"),
    ("hyperpyyaml-module", "hyperparams.yaml", "a: !module:os\n", "SpeechBrain's tag that imports"),
    ("hyperpyyaml-include", "hyperparams.yaml", "a: !include:../../x.yaml\n", "SpeechBrain's tag that opens a file"),
    ("unknown-tag", "config.yaml", "a: !corpus {b: 1}\n", "a tag that no safe loader knows"),
    ("mlflow", "MLmodel", "flavors:\n  python_function:\n    loader_module: corpus.loader\n    data: .\n", "loader_module"),
    ("mlflow-code", "MLmodel", "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n    code: code\n", "code"),
    ("mlflow-script", "MLmodel", "flavors:\n  python_function:\n    loader_module: mlflow.pyfunc.model\n    model_code_path: m.py\n", "a script as model"),
    ("nemo", "model_config.yaml", "target: os.system\ntokenizer:\n  _target_: os.system\n", "CVE-2025-23304"),
)  # fmt: skip
JSONS: tuple[tuple[str, str, object, str], ...] = (
    ("target", "config.json", {"model": {"_target_": "os.system"}}, "_target_"),
    ("target-deep", "data.json", {"a": [{"b": {"_target_": "subprocess.call"}}]}, "_target_ deep inside"),
    ("class-path", "trainer.json", {"trainer": {"class_path": "os.system", "init_args": {}}}, "class_path"),
    ("jsonpickle", "state.json", {"py/object": "subprocess.Popen", "args": ["echo"]}, "py/object"),
    ("jsonpickle-reduce", "state.json", {"py/reduce": [{"py/type": "os.system"}, {"py/tuple": ["echo corpus"]}]}, "py/reduce"),
    ("jsonpickle-function", "state.json", {"f": {"py/function": "os.system"}}, "py/function"),
)  # fmt: skip


def _configs() -> Iterator[Case]:
    """Configurations that name code."""
    for name, file, text, about in YAMLS:
        yield attack(CONFIG, f"yaml-{name}", {file: text.encode()}, about)
    for name, file, value, about in JSONS:
        yield attack(CONFIG, f"json-{name}", {file: _json(value)}, about)
    nemo = tar_file(
        [tar_member("./model_config.yaml", YAMLS[0][2].encode()), tar_member("./model_weights.ckpt", a.dumps({}, 2))]
    )
    yield attack(CONFIG, "nemo-archive", {"model.nemo": nemo}, "CVE-2025-23304: _target_ in a .nemo archive")
    weights = tar_file(
        [
            tar_member("./model_config.yaml", b"name: corpus\n"),
            tar_member("./model_weights.ckpt", a.pickle(a.command(protocol=2), 2)),
        ]
    )
    yield attack(CONFIG, "nemo-weights", {"model.nemo": weights}, "a payload in a .nemo archive")
    spacy = '[nlp]\nlang = "en"\n\n[components.ner]\nfactory = "ner"\n\n[components.ner.model]\n@architectures = "corpus.evil.v1"\n'
    yield warn(CONFIG, "spacy-registry", {"config.cfg": spacy.encode()}, "a registry's name")
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)
    )
    yield hostile(CONFIG, "yaml-aliases", {"config.yaml": bomb.encode()}, "aliases that multiply")
    yield hostile(
        CONFIG, "yaml-deep", {"config.yaml": ("[" * 20000 + "]" * 20000).encode()}, "lists nested 20,000 deep"
    )
    yield hostile(CONFIG, "json-deep", {"config.json": b"[" * 100_000 + b"]" * 100_000}, "lists nested 100,000 deep")
    yield hostile(
        CONFIG,
        "json-deep-objects",
        {"tokenizer.json": b'{"a":' * 50_000 + b"1" + b"}" * 50_000},
        "objects nested 50,000 deep",
    )
    yield hostile(CONFIG, "json-broken", {"config.json": b'{"model_type": "bert", '}, "cut off")


def cases() -> Iterator[Case]:
    """All cases."""
    yield from _templates()
    for name, files, about in _repositories():
        make = hostile if name.startswith("index") and name != "index-pickle" else attack
        yield make(HF, name, files, about)
    yield from _configs()
    yield warn(HF, "python-file", {"config.json": _json(BERT), "modeling.py": b"print('corpus')\n"}, "Python source")
    notebook = _json({"cells": [{"cell_type": "code", "source": ["!echo corpus"]}], "nbformat": 4})
    yield warn(HF, "notebook", {"demo.ipynb": notebook}, "a notebook")

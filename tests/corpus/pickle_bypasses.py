"""Mechanisms by which published pickles got past scanners, and their neighbours.

The identifiers name public advisories with the mechanism; the bytes are ours.
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus import assembler as a
from tests.corpus.assembler import Raw
from tests.corpus.case import Case, attack, hostile
from tests.corpus.torch_zip import state_dict, tensor, torch_zip, weights
from tests.corpus.zips import ENCRYPTED, Member, plain_zip, zip_file

CALLS, STATE, NAMES, VALUES = "pickle-calls", "pickle-state", "pickle-built-names", "pickle-hostile-arguments"
PUBLISHED = "published-bypasses"
ECHO = "echo corpus"
PRINT = "print('corpus')"


def _apply(callee: bytes, *args: object) -> bytes:
    """A call of whatever these opcodes leave on the stack."""
    return callee + a.value(args) + a.REDUCE


def _computed() -> Iterator[tuple[str, bytes, str]]:  # noqa: PLR0915 - a list
    """Calls of what another call or attribute gave."""
    getattr_ = a.ref("builtins", "getattr")
    os_system = _apply(getattr_, Raw(a.call("builtins", "__import__", "os")), "system")
    yield "getattr-of-import", _apply(os_system, ECHO), "getattr(__import__('os'), 'system')"
    imported = a.call("importlib", "import_module", "os")
    static = a.call("inspect", "getattr_static", Raw(imported), "system")
    yield "getattr-static", _apply(static, ECHO), "importlib with inspect.getattr_static (report on picklescan 1.0.4)"
    yield "attrgetter", _apply(_apply(a.call("operator", "attrgetter", "system"), Raw(imported)), ECHO), "attrgetter"
    yield "methodcaller", _apply(a.call("operator", "methodcaller", "system", ECHO), Raw(imported)), "methodcaller"
    partial = a.call("functools", "partial", Raw(a.ref("os", "system")), ECHO)
    yield "partial", _apply(partial), "functools.partial"
    yield "reduce", a.call("functools", "reduce", Raw(a.ref("os", "system")), [ECHO, ""]), "functools.reduce"
    mapped = a.call("builtins", "map", Raw(a.ref("os", "system")), [ECHO])
    yield "map-list", a.call("builtins", "list", Raw(mapped)), "list(map(os.system, ...))"
    yield "map-bytes", a.ref("builtins", "bytes") + mapped + a.TUPLE1 + a.NEWOBJ, "NEWOBJ of bytes with a map object"
    yield (
        "filter-tuple",
        a.call("builtins", "tuple", Raw(a.call("builtins", "filter", Raw(a.ref("os", "system")), [ECHO]))),
        "tuple(filter(...))",
    )
    located = a.call("pydoc", "locate", "os.system")
    yield "pydoc-locate", _apply(located, ECHO), "CVE-2026-22608: pydoc.locate"
    dll = a.call("ctypes", "CDLL", None)
    yield "ctypes", _apply(_apply(getattr_, Raw(dll), "puts"), b"corpus"), "CVE-2026-22608: ctypes"
    code = a.call("marshal", "loads", b"N")
    yield "marshal-function", _apply(a.call("types", "FunctionType", Raw(code), {})), "types.FunctionType of marshal"
    env = a.call("collections", "OrderedDict")
    bound = a.ref("collections", "OrderedDict.update")
    yield "unbound-method", _apply(bound, Raw(env), {}), "an unbound method of a listed class"
    yield "call-of-instance", _apply(a.call("collections", "OrderedDict")), "an instance is called"
    yield (
        "call-of-defaultdict",
        _apply(a.call("collections", "defaultdict", Raw(a.ref("builtins", "list")))),
        "an instance is called",
    )
    yield "call-of-text", _apply(a.text("os.system"), ECHO), "a text is called"
    yield "call-of-tuple", _apply(a.value((1, 2)), ECHO), "a tuple is called"
    yield "call-of-persistent", _apply(a.text("id") + a.BINPERSID, ECHO), "a persistent object is called"
    yield (
        "defaultdict-factory",
        a.call("collections", "defaultdict", Raw(a.ref("os", "getcwd"))),
        "a factory off the list",
    )
    factory = a.call("collections", "defaultdict", Raw(a.ref("collections", "OrderedDict")))
    yield (
        "defaultdict-nested-factory",
        factory + a.POP + a.call("collections", "defaultdict", Raw(a.ref("builtins", "eval"))),
        "the second factory is eval",
    )
    yield (
        "reconstructor",
        a.call("copyreg", "_reconstructor", Raw(a.ref("subprocess", "Popen")), Raw(a.ref("builtins", "object")), None),
        "copyreg._reconstructor of a foreign class",
    )
    yield (
        "reconstructor-base",
        a.call(
            "copyreg",
            "_reconstructor",
            Raw(a.ref("argparse", "Namespace")),
            Raw(a.ref("subprocess", "Popen")),
            ["echo"],
        ),
        "a foreign base class",
    )
    yield "codecs-encode", a.call("_codecs", "encode", "corpus", "rot13"), "a codec off the list"
    yield "codecs-encode-bytes", a.call("_codecs", "encode", b"corpus", "bz2_codec"), "a codec that transforms"
    yield (
        "rebuild-from-type",
        a.call(
            "torch._tensor",
            "_rebuild_from_type_v2",
            Raw(a.ref("os", "system")),
            Raw(a.ref("builtins", "object")),
            (ECHO,),
            {},
        ),
        "a listed-looking function that calls its argument",
    )
    yield (
        "rebuild-parameter-callable",
        a.call("torch._utils", "_rebuild_parameter", Raw(a.ref("os", "system")), True, {}),
        "a name as the argument of a listed function",
    )
    yield (
        "rebuild-wrapper-subclass",
        a.call("torch._utils", "_rebuild_wrapper_subclass", Raw(a.ref("builtins", "eval")), 1, 2, 3, 4, 5, 6),
        "a class to be chosen by the file",
    )
    yield (
        "load-from-bytes",
        a.call("torch.storage", "_load_from_bytes", torch_zip(a.pickle(a.command(protocol=2), 2))),
        "a nested torch file",
    )
    yield "pickle-in-pickle", a.call("pickle", "loads", a.pickle(a.command())), "pickle.loads of bytes"
    yield (
        "io-bytes-pickle",
        a.call("_pickle", "load", Raw(a.call("_io", "BytesIO", a.pickle(a.command())))),
        "_pickle.load of BytesIO",
    )
    yield (
        "joblib-load-bytes",
        a.call("joblib", "load", Raw(a.call("_io", "BytesIO", a.pickle(a.command())))),
        "joblib.load of BytesIO",
    )
    yield "numpy-load-bytes", a.call("numpy", "load", Raw(a.call("io", "BytesIO", b"N."))), "numpy.load of BytesIO"
    yield "dtype-of-callable", a.call("numpy", "dtype", Raw(a.ref("os", "system"))), "a name as a dtype"
    yield (
        "reconstruct-subtype",
        a.call("numpy.core.multiarray", "_reconstruct", Raw(a.ref("numpy.lib._npyio_impl", "NpzFile")), (0,), b"b"),
        "a foreign array class",
    )
    yield (
        "frombuffer-foreign",
        a.call(
            "numpy.core.numeric",
            "_frombuffer",
            Raw(a.call("mmap", "mmap", -1, 4096)),
            Raw(a.call("numpy", "dtype", "f8")),
            (1,),
            "C",
        ),
        "a foreign buffer",
    )
    yield (
        "generator-ctor",
        a.call("numpy.random._pickle", "__bit_generator_ctor", Raw(a.ref("os", "system"))),
        "a class off the list",
    )
    yield (
        "randomstate-ctor",
        a.call("numpy.random._pickle", "__randomstate_ctor", Raw(a.ref("os", "getcwd")), Raw(a.ref("os", "getcwd"))),
        "a constructor off the list",
    )
    yield (
        "counter-of-call",
        a.call("collections", "Counter", Raw(a.call("builtins", "iter", [1]))),
        "an argument made by a call",
    )


def _old_forms() -> Iterator[tuple[str, bytes, str]]:
    """The old ways to call."""
    yield "inst-listed", a.MARK + a.inst("collections", "OrderedDict"), "INST of a listed class"
    yield "obj-listed", a.MARK + a.global_("collections", "deque") + a.OBJ, "OBJ of a listed class"
    yield (
        "obj-pop",
        a.MARK + a.global_("os", "system") + a.value(ECHO, 1) + a.OBJ + a.POP + a.NONE,
        "GHSA-mxhj-88fx-4pcv: OBJ, then POP",
    )
    yield "inst-pop", a.MARK + a.value(ECHO, 0) + a.inst("os", "system") + a.POP + a.NONE, "INST, then POP"
    yield "newobj-args", a.ref("collections", "deque") + a.value(([1, 2],)) + a.NEWOBJ, "NEWOBJ with arguments"
    yield (
        "newobj-not-listed-new",
        a.ref("collections", "OrderedDict.fromkeys") + a.EMPTY_TUPLE + a.NEWOBJ,
        "NEWOBJ of a function",
    )
    yield (
        "newobj-ex-kwargs",
        a.ref("argparse", "Namespace") + a.EMPTY_TUPLE + a.value({"x": 1}) + a.NEWOBJ_EX,
        "NEWOBJ_EX with keywords",
    )
    yield "obj-of-computed", a.MARK + a.call("builtins", "getattr", 1, "real") + a.OBJ, "OBJ of a result"
    yield "ext1", a.ext1(1) + a.value((ECHO,)) + a.REDUCE, "extension code"
    yield "ext2", a.ext2(300) + a.value((ECHO,)) + a.REDUCE, "extension code"
    yield "ext4", a.ext4(70000) + a.value((ECHO,)) + a.REDUCE, "extension code"
    yield "ext1-unused", a.ext1(1) + a.POP + a.NONE, "extension code, dropped"
    yield "persid-text", a.persid("os.system"), "persistent id outside a layout"
    yield "binpersid", a.value(("corpus", 1)) + a.BINPERSID, "persistent id outside a layout"
    yield "binpersid-call", a.value((ECHO,)) + a.BINPERSID + a.EMPTY_TUPLE + a.REDUCE, "a persistent object is called"
    yield "next-buffer", a.NEXT_BUFFER, "out-of-band data"
    yield "readonly-buffer", a.NEXT_BUFFER + a.READONLY_BUFFER, "out-of-band data"


def _state() -> Iterator[tuple[str, bytes, str]]:
    """BUILD and container opcodes aimed at what should not take them."""
    patch = a.value({"loads": Raw(a.ref("os", "system"))})
    yield (
        "build-module",
        a.call("importlib", "import_module", "json") + patch + a.BUILD,
        "modelscan issue 330: state on a module",
    )
    yield "build-class", a.ref("collections", "OrderedDict") + a.value({"x": 1}) + a.BUILD, "state on a class"
    yield (
        "build-class-slots",
        a.ref("argparse", "Namespace") + a.value((None, {"__call__": "x"})) + a.BUILD,
        "slot state on a class",
    )
    yield (
        "build-function",
        a.ref("torch._utils", "_rebuild_tensor_v2") + a.value({"__code__": 1}) + a.BUILD,
        "state on a function",
    )
    instance = a.ref("argparse", "Namespace") + a.EMPTY_TUPLE + a.NEWOBJ
    keys = ("__class__", "__dict__", "__setstate__", "__reduce__", "__reduce_ex__", "__getattr__", "__init__",
            "__del__", "__call__", "__wrapped__", "__globals__", "__code__", "__iter__", "__len__")  # fmt: skip
    for key in keys:
        yield f"key-{key.strip('_')}", instance + a.value({key: 1}) + a.BUILD, f"state names {key}"
    escaped = a.EMPTY_DICT + a.unicode_text("\\u005f\\u005fclass\\u005f\\u005f") + a.value(1) + a.SETITEM
    yield "key-escaped", instance + escaped + a.BUILD, "state names __class__ by escapes"
    late = (
        a.EMPTY_DICT
        + a.binput(7)
        + a.POP
        + instance
        + a.binget(7)
        + a.text("__class__")
        + a.value(1)
        + a.SETITEM
        + a.BUILD
    )
    yield "key-late", late, "the key comes through the memo"
    yield "slot-state", instance + a.value((None, {"__class__": 1})) + a.BUILD, "slot state"
    yield "slot-state-plain", instance + a.value(({}, {"run": 1})) + a.BUILD, "slot state without double underscores"
    yield "key-bytes", instance + a.value({b"__class__": 1}) + a.BUILD, "a key of bytes"
    yield "key-number", instance + a.value({1: 1}) + a.BUILD, "a key that is a number"
    yield (
        "key-computed",
        instance + a.EMPTY_DICT + a.call("_codecs", "encode", "x", "latin1") + a.NONE + a.SETITEM + a.BUILD,
        "a key that is a result",
    )
    yield "build-text", a.text("x") + a.value({"a": 1}) + a.BUILD, "state on a text"
    yield "build-list", a.EMPTY_LIST + a.value({"a": 1}) + a.BUILD, "state on a list"
    yield "build-persistent", a.text("x") + a.BINPERSID + a.value({"a": 1}) + a.BUILD, "state on a persistent object"
    yield (
        "build-callable-value",
        instance + a.value({"f": Raw(a.ref("os", "system"))}) + a.BUILD,
        "a foreign function in the state",
    )
    module = a.ref("torch.nn.modules.linear", "Linear") + a.EMPTY_TUPLE + a.NEWOBJ
    yield "module-forward", module + a.value({"forward": Raw(a.ref("builtins", "eval"))}) + a.BUILD, "forward is eval"
    yield "append-global", a.ref("sys", "path") + a.text("corpus") + a.APPEND, "APPEND to sys.path"
    yield "appends-instance", instance + a.MARK + a.text("x") + a.APPENDS, "APPENDS to an object"
    yield "append-class", a.ref("collections", "deque") + a.text("x") + a.APPEND, "APPEND to a class"
    yield (
        "setitem-global",
        a.ref("os", "environ") + a.text("LD_PRELOAD") + a.text("x") + a.SETITEM,
        "SETITEM on os.environ",
    )
    yield "setitem-modules", a.ref("sys", "modules") + a.text("os") + a.NONE + a.SETITEM, "SETITEM on sys.modules"
    yield "setitems-instance", instance + a.MARK + a.text("x") + a.NONE + a.SETITEMS, "SETITEMS on an object"
    yield "setitem-list", a.EMPTY_LIST + a.value(0) + a.NONE + a.SETITEM, "SETITEM on a list"
    yield "setitem-tensor", tensor("0", (1,)) + a.value(0) + a.NONE + a.SETITEM, "SETITEM on a tensor"
    yield "additems-list", a.EMPTY_LIST + a.MARK + a.value(1) + a.ADDITEMS, "ADDITEMS on a list"
    yield "additems-instance", instance + a.MARK + a.value(1) + a.ADDITEMS, "ADDITEMS on an object"
    yield "append-dict", a.EMPTY_DICT + a.value(1) + a.APPEND, "APPEND to a dictionary"


def _built_names() -> Iterator[tuple[str, bytes, str]]:
    """Names that are put together while the pickle is read."""
    tail = a.value((ECHO,)) + a.REDUCE
    yield "dup", a.text("os") + a.DUP + a.POP + a.text("system") + a.STACK_GLOBAL + tail, "DUP and POP"
    yield (
        "pop-order",
        a.text("collections")
        + a.POP
        + a.text("os")
        + a.text("OrderedDict")
        + a.POP
        + a.text("system")
        + a.STACK_GLOBAL
        + tail,
        "a harmless pair is dropped",
    )
    yield (
        "memo-overwrite",
        a.text("collections")
        + a.binput(0)
        + a.POP
        + a.text("os")
        + a.binput(0)
        + a.POP
        + a.binget(0)
        + a.text("system")
        + a.STACK_GLOBAL
        + tail,
        "the memo entry changes",
    )
    yield (
        "string-escape",
        a.string("'\\x6f\\x73'") + a.string("'sys\\164em'") + a.STACK_GLOBAL + tail,
        "escapes in STRING",
    )
    yield (
        "unicode-escape",
        a.unicode_text("\\u006fs") + a.unicode_text("\\u0073ystem") + a.STACK_GLOBAL + tail,
        "escapes in UNICODE",
    )
    yield (
        "unicode-escape-long",
        a.unicode_text("\\U0000006fs") + a.unicode_text("system") + a.STACK_GLOBAL + tail,
        "a long escape",
    )
    yield (
        "binstring",
        a.binstring(b"os") + a.short_binstring(b"system") + a.STACK_GLOBAL + tail,
        "byte strings as names",
    )
    yield "binunicode8", a.binunicode8("os") + a.binunicode8("system") + a.STACK_GLOBAL + tail, "BINUNICODE8"
    yield (
        "from-call",
        a.call("_codecs", "encode", "os", "latin1") + a.text("system") + a.STACK_GLOBAL + tail,
        "the module is a result",
    )
    yield "from-tuple", a.value(("os",)) + a.text("system") + a.STACK_GLOBAL + tail, "the module is a tuple"
    yield "from-bytes", a.short_binbytes(b"os") + a.short_binbytes(b"system") + a.STACK_GLOBAL + tail, "names of bytes"
    yield "from-int", a.value(1) + a.value(2) + a.STACK_GLOBAL + tail, "names that are numbers"
    yield "from-persistent", a.text("x") + a.BINPERSID + a.text("system") + a.STACK_GLOBAL + tail, "a persistent name"
    yield "from-instance", a.call("uuid", "UUID") + a.text("system") + a.STACK_GLOBAL + tail, "a name that is an object"
    yield (
        "mark-between",
        a.MARK + a.text("os") + a.text("system") + a.STACK_GLOBAL + a.TUPLE + a.POP + a.ref("os", "system") + tail,
        "a name inside a tuple",
    )
    yield (
        "pop-mark",
        a.MARK + a.text("numpy") + a.POP_MARK + a.text("os") + a.text("system") + a.STACK_GLOBAL + tail,
        "POP_MARK",
    )
    yield "dotted", a.ref("collections", "_sys.modules") + a.POP + a.NONE, "GHSA-5j3x-jp52-966f: dotted name"
    yield "dotted-module", a.ref("torch", "os.system") + tail, "traversal to another module"
    yield (
        "dotted-listed-prefix",
        a.ref("torch._utils", "_rebuild_tensor_v2.__globals__") + a.POP + a.NONE,
        "traversal from a listed name",
    )
    yield (
        "joined-pair",
        a.ref("torch._utils._rebuild_tensor", "v2") + a.EMPTY_TUPLE + a.REDUCE,
        "a pair that joins like a listed one",
    )
    yield (
        "joined-pair-dot",
        a.ref("torch", "nn.modules.linear.Linear") + a.EMPTY_TUPLE + a.NEWOBJ,
        "a pair that joins like a listed one",
    )
    yield "kelvin", a.ref("builtin\u017f", "eval") + a.value((PRINT,)) + a.REDUCE, "a compatibility character"
    yield "zero-width", a.ref("o\u200bs", "system") + tail, "a zero-width character"
    yield "surrogate", a.ref("os\ud800", "system") + tail, "a lone surrogate"


def _arguments() -> Iterator[tuple[str, bytes, str]]:
    """Listed types with hostile arguments."""
    yield "bytearray-int", a.call("builtins", "bytearray", 1 << 40), "bytearray of a number"
    yield "bytes-int", a.call("builtins", "bytes", 1 << 40), "bytes of a number"
    yield "bytes-int-small", a.call("builtins", "bytes", 1 << 28), "bytes of a number"
    huge = Raw(a.call("builtins", "range", 0, 1 << 50, 1))
    yield "list-of-range", a.call("builtins", "list", huge), "list of a huge range"
    yield "set-of-range", a.call("builtins", "set", huge), "set of a huge range"
    yield "frozenset-of-range", a.call("builtins", "frozenset", huge), "frozenset of a huge range"
    yield "tuple-of-range", a.call("builtins", "tuple", huge), "tuple of a huge range"
    yield "counter-of-range", a.call("collections", "Counter", huge), "Counter of a huge range"
    yield "deque-of-range", a.call("collections", "deque", huge), "deque of a huge range"
    yield "ordereddict-of-range", a.call("collections", "OrderedDict", huge), "OrderedDict of a huge range"
    yield "append-range", a.call("collections", "deque") + huge.body + a.APPENDS, "APPENDS without MARK"
    yield "fraction", a.call("fractions", "Fraction", "1e999999999"), "a fraction with a huge exponent"
    yield "decimal", a.call("fractions", "Fraction", Raw(a.call("decimal", "Decimal", "1e999999999"))), "huge exponent"
    yield (
        "ndarray-shape",
        a.call("numpy.core.multiarray", "_reconstruct", Raw(a.ref("numpy", "ndarray")), (1 << 40,), b"b"),
        "a huge array",
    )
    start = a.call("numpy.core.multiarray", "_reconstruct", Raw(a.ref("numpy", "ndarray")), (0,), b"b")
    dtype = Raw(a.call("numpy", "dtype", "f8", False, True))
    yield (
        "ndarray-state-short",
        start + a.value((1, (1 << 20,), dtype, False, b"\0" * 8)) + a.BUILD,
        "fewer bytes than the shape asks for",
    )
    yield "ndarray-state-negative", start + a.value((1, (-1,), dtype, False, b"\0" * 8)) + a.BUILD, "a negative shape"
    yield (
        "ndarray-state-overflow",
        start + a.value((1, (1 << 33, 1 << 33), dtype, False, b"")) + a.BUILD,
        "a shape that overflows",
    )
    objects = Raw(a.call("numpy", "dtype", "O", False, True))
    yield (
        "ndarray-object-bytes",
        start + a.value((1, (1,), objects, False, b"\0" * 8)) + a.BUILD,
        "object pointers from bytes",
    )
    yield (
        "frombuffer-object",
        a.call("numpy.core.numeric", "_frombuffer", b"AAAAAAAA", objects, (1,), "C"),
        "object pointers from bytes",
    )
    yield (
        "scalar-object",
        a.call("numpy.core.multiarray", "scalar", objects, b"AAAAAAAA"),
        "an object pointer from bytes",
    )
    yield (
        "scalar-short",
        a.call("numpy.core.multiarray", "scalar", Raw(a.call("numpy", "dtype", "V1000000", False, True)), b"A"),
        "fewer bytes than the dtype",
    )
    yield "tree-node", a.call("sklearn.tree._tree", "Tree", 1 << 40, Raw(start), 1 << 40), "a huge tree"
    yield "namespace-call", a.call("types", "SimpleNamespace", Raw(a.ref("os", "system"))), "a name as argument"
    yield "put-huge-index", a.NONE + a.long_binput(0x7FFFFFFF), "a memo index of two thousand million"
    yield "put-huge-index-text", a.NONE + a.put(1 << 30), "a memo index in text"
    double = a.EMPTY_LIST + b"".join(a.binput(n) + a.POP + a.binget(n) + a.binget(n) + a.TUPLE2 for n in range(120))
    yield "doubling", double, "tuples that double at every level"
    key = a.value(1) + b"".join(a.DUP + a.TUPLE2 for _ in range(60))
    yield "doubling-hash", a.EMPTY_DICT + key + a.NONE + a.SETITEM, "a key whose hash takes exponential time"
    yield "deep-tuples", a.NONE + a.TUPLE1 * 100_000, "tuples nested a hundred thousand deep"
    yield "deep-lists", a.EMPTY_LIST * 50_000 + a.APPEND * 49_999, "lists nested fifty thousand deep"
    rebuilt = tensor("0", (1 << 30, 1 << 30), numel=4)
    yield "tensor-shape", rebuilt, "a tensor far above its storage"
    yield "datetime-large", a.call("datetime", "datetime", b"\0" * 10_000), "a state of the wrong size"
    yield "posixpath-parts", a.call("pathlib", "PosixPath", Raw(a.ref("os", "sep"))), "a name as a part"


def _published() -> Iterator[Case]:
    """Whole files with the mechanism of an advisory."""
    evil = a.pickle(a.command(protocol=2), 2)
    good, storages = weights()
    yield attack(
        PUBLISHED,
        "cve-2025-1889",
        {"model.pt": torch_zip(good, storages, more=[Member(name="archive/config.p", data=evil)])},
        "CVE-2025-1889: a second pickle with an unusual extension",
    )
    yield attack(
        PUBLISHED,
        "cve-2025-1944",
        {"model.pt": zip_file([Member(name="archive/data.pkl", local_name="archive/data.pk1", data=evil)])},
        "CVE-2025-1944: names differ",
    )
    yield attack(
        PUBLISHED,
        "cve-2025-1945",
        {"model.pt": zip_file([Member(name="archive/data.pkl", data=evil, flags=ENCRYPTED, local_flags=0)])},
        "CVE-2025-1945: encryption flag in the directory",
    )
    for bit in (5, 6, 13, 14):
        yield attack(
            PUBLISHED,
            f"cve-2025-1945-bit-{bit}",
            {"model.pt": zip_file([Member(name="archive/data.pkl", data=evil, flags=1 << bit)])},
            "CVE-2025-1945: flag bits",
        )
    yield attack(
        PUBLISHED, "cve-2025-10155", {"model.bin": a.pickle(a.command())}, "CVE-2025-10155: a pickle called .bin"
    )
    for extension in (
        "pt",
        "pth",
        "ckpt",
        "safetensors",
        "npy",
        "h5",
        "onnx",
        "gguf",
        "keras",
        "json",
        "txt",
        "md",
        "csv",
        "png",
    ):
        yield attack(
            PUBLISHED,
            f"cve-2025-10155-{extension}",
            {f"model.{extension}": a.pickle(a.command())},
            "CVE-2025-10155: a pickle with another extension",
        )
    yield attack(
        PUBLISHED,
        "cve-2025-10156",
        {"model.pt": zip_file([Member(name="archive/data.pkl", data=evil, crc=1)])},
        "CVE-2025-10156: wrong CRC",
    )
    yield attack(
        PUBLISHED,
        "cve-2025-10156-local",
        {"model.pt": zip_file([Member(name="archive/data.pkl", data=evil, local_crc=1)])},
        "CVE-2025-10156: wrong CRC in the local header",
    )
    yield attack(
        PUBLISHED,
        "cve-2025-10157",
        {
            "model.pkl": a.pickle(
                a.call(
                    "asyncio.unix_events",
                    "_UnixSubprocessTransport._start",
                    {},
                    "echo corpus",
                    True,
                    None,
                    None,
                    None,
                    0,
                )
            )
        },
        "CVE-2025-10157: a submodule of a listed one",
    )
    yield attack(
        PUBLISHED,
        "cve-2025-1716",
        {"model.pkl": a.pickle(a.call("pip", "main", ["--version"]))},
        "CVE-2025-1716: pip.main",
    )
    yield attack(
        PUBLISHED,
        "cve-2026-56304",
        {"model.pkl": a.pickle(a.call("logging", "FileHandler", "corpus.log"))},
        "CVE-2026-56304: a handler that opens a file",
    )
    state = a.call(
        "torch._utils",
        "_rebuild_tensor_v2",
        Raw(a.value({}) + a.NONE + a.NONE + a.SETITEM),
        0,
        (1,),
        (1,),
        False,
        {},
        protocol=2,
    )
    yield attack(
        PUBLISHED,
        "cve-2026-24747",
        {"model.pt": torch_zip(a.pickle(state, 2), storages)},
        "CVE-2026-24747: a storage that is no storage",
    )
    yield attack(
        PUBLISHED,
        "cve-2026-24747-setitem",
        {"model.pt": torch_zip(a.pickle(tensor("0", (2, 3)) + a.value(0) + a.value(1) + a.SETITEM, 2), storages)},
        "CVE-2026-24747: SETITEM on a tensor",
    )
    yield attack(
        PUBLISHED,
        "cve-2025-32434",
        {"model.pt": torch_zip(a.pickle(state_dict({"x": a.command(protocol=2)}), 2), storages)},
        "CVE-2025-32434: a payload among weights",
    )
    yield attack(
        PUBLISHED,
        "cve-2026-4538",
        {
            "model.pt2": plain_zip(
                {
                    "m/archive_format": b"pt2",
                    "m/data/aotinductor/model/corpus.so": b"\x7fELF\2\1\1" + bytes(57),
                    "m/archive_version": b"0",
                }
            )
        },
        "CVE-2026-4538: native code in .pt2",
    )
    yield hostile(
        PUBLISHED,
        "cpython-154848",
        {"model.pkl": a.proto(4) + a.frame(4) + a.short_binbytes(b"abcde") + a.STOP},
        "CPython issue 154848: a frame that is crossed",
    )


def cases() -> Iterator[Case]:
    """All cases."""
    for klass, group in ((CALLS, _computed()), (CALLS, _old_forms()), (STATE, _state()), (NAMES, _built_names())):
        for number, (name, body, about) in enumerate(group):
            data = a.pickle(body)
            file = ("model.pkl", "model.bin", "model.pt")[number % 3]
            make = hostile if name in {"key-bytes", "key-number", "key-computed"} else attack
            yield make(klass, name, {file: data}, about)
    for name, body, about in _arguments():
        yield hostile(VALUES, name, {"model.pkl": a.pickle(body)}, about)
    yield from _published()

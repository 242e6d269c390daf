"""Pickles that mention a name nobody vetted: what it does once called, and how it is spelled, vary.

One name, one file. The spelling goes round: protocols, GLOBAL and STACK_GLOBAL, memo, INST, OBJ, NEWOBJ, a name that is
imported and never called, and names deep inside plausible data.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

from tests.corpus import assembler as a
from tests.corpus.case import Case, attack
from tests.corpus.torch_zip import torch_zip

KLASS = "pickle-names"
ECHO = "echo corpus"
PRINT = "print('corpus')"

# Module, name, arguments.
_STDLIB: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("os", "system", (ECHO,)),
    ("posix", "system", (ECHO,)),
    ("nt", "system", (ECHO,)),
    ("os", "popen", (ECHO,)),
    ("os", "execv", ("/bin/echo", ["echo", "corpus"])),
    ("os", "execvp", ("echo", ["echo", "corpus"])),
    ("os", "spawnlp", (0, "echo", "echo", "corpus")),
    ("os", "posix_spawn", ("/bin/echo", ["echo"], {})),
    ("os", "startfile", ("corpus.txt",)),
    ("os", "putenv", ("CORPUS", "1")),
    ("os", "remove", ("corpus-does-not-exist",)),
    ("os", "rename", ("corpus-a", "corpus-b")),
    ("os", "symlink", ("corpus-a", "corpus-b")),
    ("os", "kill", (0, 0)),
    ("os", "fork", ()),
    ("os", "_exit", (0,)),
    ("os.path", "exists", ("corpus",)),
    ("posix", "posix_spawn", ("/bin/echo", ["echo"], {})),
    ("subprocess", "run", (["echo", "corpus"],)),
    ("subprocess", "call", (["echo", "corpus"],)),
    ("subprocess", "Popen", (["echo", "corpus"],)),
    ("subprocess", "check_output", (["echo", "corpus"],)),
    ("subprocess", "getoutput", (ECHO,)),
    ("_posixsubprocess", "fork_exec", ()),
    ("pty", "spawn", ("/bin/echo",)),
    ("builtins", "eval", (PRINT,)),
    ("builtins", "exec", (PRINT,)),
    ("builtins", "compile", (PRINT, "corpus", "exec")),
    ("builtins", "__import__", ("os",)),
    ("builtins", "open", ("corpus.txt", "a")),
    ("builtins", "getattr", ("corpus", "upper")),
    ("builtins", "setattr", ("corpus", "x", 1)),
    ("builtins", "delattr", ("corpus", "x")),
    ("builtins", "globals", ()),
    ("builtins", "vars", ()),
    ("builtins", "input", ("corpus",)),
    ("builtins", "breakpoint", ()),
    ("builtins", "map", (1, 2)),
    ("builtins", "filter", (None, [1])),
    ("builtins", "type", ("Corpus", (), {})),
    ("builtins", "exit", ()),
    ("builtins", "print", ("corpus",)),
    ("builtins", "memoryview", (b"corpus",)),
    ("builtins", "sum", ([[1], [2]], [])),
    ("builtins", "iter", ([1],)),
    ("builtins", "classmethod", (1,)),
    ("builtins", "property", (1,)),
    ("builtins", "super", ()),
    ("_io", "FileIO", ("corpus.txt", "a")),
    ("io", "open", ("corpus.txt", "a")),
    ("io", "FileIO", ("corpus.txt", "a")),
    ("_io", "open_code", ("corpus.txt",)),
    ("codecs", "open", ("corpus.txt", "a")),
    ("codecs", "decode", (b"pbechf", "rot13")),
    ("_codecs", "decode", (b"corpus", "zlib_codec")),
    ("_codecs", "register", (1,)),
    ("importlib", "import_module", ("antigravity",)),
    ("importlib", "reload", ("os",)),
    ("importlib._bootstrap", "_load", ("os",)),
    ("importlib.machinery", "SourceFileLoader", ("corpus", "corpus.py")),
    ("importlib.util", "spec_from_file_location", ("corpus", "corpus.py")),
    ("imp", "load_source", ("corpus", "corpus.py")),
    ("_imp", "create_dynamic", (1,)),
    ("runpy", "run_path", ("corpus.py",)),
    ("runpy", "run_module", ("this",)),
    ("runpy", "_run_code", (PRINT, {})),
    ("code", "interact", ()),
    ("codeop", "compile_command", (PRINT,)),
    ("timeit", "timeit", (PRINT,)),
    ("timeit", "main", (["-n", "1", PRINT],)),
    ("cProfile", "run", (PRINT,)),
    ("profile", "run", (PRINT,)),
    ("pdb", "run", (PRINT,)),
    ("bdb", "Bdb", ()),
    ("trace", "Trace", ()),
    ("doctest", "testsource", ("corpus", "corpus")),
    ("doctest", "debug_script", (PRINT,)),
    ("pickle", "loads", (b"N.",)),
    ("_pickle", "loads", (b"N.",)),
    ("pickle", "_loads", (b"N.",)),
    ("_pickle", "Unpickler", (1,)),
    ("marshal", "loads", (b"N",)),
    ("shelve", "open", ("corpus",)),
    ("dbm", "open", ("corpus",)),
    ("dbm.dumb", "open", ("corpus", "c")),
    ("types", "FunctionType", (1, {})),
    ("types", "CodeType", ()),
    ("types", "new_class", ("Corpus",)),
    ("functools", "partial", (1,)),
    ("functools", "reduce", (1, [1, 2])),
    ("operator", "attrgetter", ("system",)),
    ("operator", "methodcaller", ("system", ECHO)),
    ("operator", "itemgetter", (0,)),
    ("operator", "call", (1,)),
    ("_operator", "setitem", ({}, 1, 1)),
    ("itertools", "starmap", (1, [])),
    ("itertools", "repeat", (1, 1 << 40)),
    ("itertools", "chain", ([1],)),
    ("inspect", "getattr_static", (1, "real")),
    ("pydoc", "locate", ("os.system",)),
    ("pydoc", "pipepager", ("corpus", "cat")),
    ("pydoc", "tempfilepager", ("corpus", "cat")),
    ("pkgutil", "resolve_name", ("os:system",)),
    ("sys", "exit", (0,)),
    ("sys", "settrace", (None,)),
    ("sys", "setrecursionlimit", (1 << 30,)),
    ("site", "execsitecustomize", ()),
    ("gc", "get_objects", ()),
    ("signal", "raise_signal", (0,)),
    ("faulthandler", "_sigsegv", ()),
    ("ctypes", "CDLL", (None,)),
    ("ctypes", "string_at", (0,)),
    ("_ctypes", "dlopen", ("libcorpus.so", 1)),
    ("mmap", "mmap", (-1, 1 << 40)),
    ("shutil", "rmtree", ("corpus-does-not-exist",)),
    ("shutil", "copyfile", ("corpus-a", "corpus-b")),
    ("shutil", "unpack_archive", ("corpus.zip",)),
    ("tempfile", "mktemp", ()),
    ("pathlib", "Path.write_text", ("corpus.txt", "corpus")),
    ("pathlib", "Path.unlink", ("corpus.txt",)),
    ("glob", "glob", ("*",)),
    ("fileinput", "input", (["corpus"],)),
    ("linecache", "getlines", ("/etc/hostname",)),
    ("zipfile", "ZipFile", ("corpus.zip", "w")),
    ("tarfile", "open", ("corpus.tar", "w")),
    ("gzip", "open", ("corpus.gz", "w")),
    ("lzma", "open", ("corpus.xz", "w")),
    ("bz2", "BZ2File", ("corpus.bz2", "w")),
    ("sqlite3", "connect", ("corpus.db",)),
    ("logging", "FileHandler", ("corpus.log",)),
    ("logging.config", "fileConfig", ("corpus.ini",)),
    ("logging.config", "dictConfig", ({"version": 1},)),
    ("logging.config", "listen", (0,)),
    ("socket", "create_connection", (("127.0.0.1", 9),)),
    ("socket", "socket", ()),
    ("ssl", "get_server_certificate", (("127.0.0.1", 9),)),
    ("urllib.request", "urlopen", ("http://127.0.0.1:9/",)),
    ("urllib.request", "urlretrieve", ("http://127.0.0.1:9/", "corpus")),
    ("http.client", "HTTPConnection", ("127.0.0.1",)),
    ("http.server", "test", ()),
    ("ftplib", "FTP", ("127.0.0.1",)),
    ("smtplib", "SMTP", ("127.0.0.1",)),
    ("imaplib", "IMAP4_stream", (ECHO,)),
    ("poplib", "POP3", ("127.0.0.1",)),
    ("telnetlib", "Telnet", ("127.0.0.1",)),
    ("webbrowser", "open", ("http://127.0.0.1:9/",)),
    ("xmlrpc.client", "ServerProxy", ("http://127.0.0.1:9/",)),
    ("asyncio.unix_events", "_UnixSubprocessTransport._start", ()),
    ("multiprocessing.util", "spawnv_passfds", (b"/bin/echo", ["echo"], [])),
    ("multiprocessing.reduction", "_reduce_partial", (1,)),
    ("concurrent.futures.thread", "ThreadPoolExecutor", (1,)),
    ("threading", "Timer", (0, 1)),
    ("_thread", "start_new_thread", (1, ())),
    ("sched", "scheduler", ()),
    ("atexit", "register", (1,)),
    ("weakref", "finalize", (1, 2)),
    ("contextlib", "ExitStack", ()),
    ("unittest.mock", "patch", ("os.system",)),
    ("unittest", "main", ()),
    ("venv", "create", ("corpus",)),
    ("ensurepip", "_run_pip", (["--version"],)),
    ("compileall", "compile_file", ("corpus.py",)),
    ("py_compile", "compile", ("corpus.py",)),
    ("ast", "literal_eval", ("1",)),
    ("uuid", "_get_command_stdout", ("echo", "corpus")),
    ("platform", "popen", (ECHO,)),
    ("_osx_support", "_read_output", (ECHO,)),
    ("_aix_support", "_read_cmd_output", (ECHO,)),
    ("_bootsubprocess", "check_output", (ECHO,)),
    ("ctypes.util", "_findLib_gcc", ("corpus",)),
    ("distutils.spawn", "spawn", (["echo"],)),
    ("distutils.file_util", "write_file", ("corpus.txt", ["corpus"])),
    ("lib2to3.pgen2.grammar", "Grammar.loadgrammar", ("corpus",)),
    ("lib2to3.pgen2.pgen", "ParserGenerator.make_label", ("corpus",)),
    ("idlelib.run", "Executive.runcode", (PRINT,)),
    ("idlelib.pyshell", "ModifiedInterpreter.runcode", (PRINT,)),
    ("idlelib.calltip", "get_entity", (PRINT,)),
    ("idlelib.autocomplete", "AutoComplete.get_entity", (PRINT,)),
    ("idlelib.debugobj", "ObjectTreeItem.SetText", (PRINT,)),
    ("test.support.script_helper", "assert_python_ok", ("-c", PRINT)),
    ("test.support", "run_in_subinterp", (PRINT,)),
    ("this", "s", ()),
    ("antigravity", "webbrowser", ()),
    ("turtle", "Screen", ()),
    ("tkinter", "Tcl", ()),
    ("cgitb", "enable", ()),
    ("pipes", "Template", ()),
    ("crypt", "crypt", ("corpus",)),
    ("readline", "read_init_file", ("corpus",)),
    ("symtable", "symtable", (PRINT, "corpus", "exec")),
    ("email.utils", "localtime", ()),
    ("re", "compile", ("(a+)+$",)),
    ("random", "_urandom", (1,)),
    ("statistics", "mean", ([1],)),
    ("string", "Formatter.get_field", ("0.__class__", (1,), {})),
    ("copy", "deepcopy", (1,)),
    ("copyreg", "pickle", (1, 2)),
    ("copyreg", "add_extension", ("os", "system", 1)),
    ("copyreg", "__newobj__", (1,)),
    ("reprlib", "repr", (1,)),
    ("typing", "get_type_hints", (1,)),
    ("typing", "ForwardRef", (PRINT,)),
    ("dataclasses", "make_dataclass", ("Corpus", [])),
    ("collections", "namedtuple", ("Corpus", "a")),
    ("enum", "Enum", ("Corpus", "a")),
)
_LIBRARIES: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("numpy", "load", ("corpus.npy",)),
    ("numpy", "memmap", ("corpus.bin",)),
    ("numpy", "fromfile", ("corpus.bin",)),
    ("numpy", "savetxt", ("corpus.txt", [1])),
    ("numpy", "genfromtxt", ("corpus.txt",)),
    ("numpy", "vectorize", (1,)),
    ("numpy", "zeros", (1 << 40,)),
    ("numpy", "DataSource", ()),
    ("numpy._core.multiarray", "fromfile", ("corpus.bin",)),
    ("numpy.lib.npyio", "load", ("corpus.npy",)),
    ("numpy.lib._npyio_impl", "DataSource.open", ("corpus",)),
    ("numpy.testing._private.utils", "runstring", (PRINT, {})),
    ("numpy.testing", "measure", (PRINT,)),
    ("numpy.f2py.crackfortran", "getlincoef", (PRINT, [])),
    ("numpy.f2py.crackfortran", "_eval_length", (PRINT, {})),
    ("numpy.f2py.crackfortran", "myeval", (PRINT,)),
    ("numpy.f2py", "compile", (b"corpus",)),
    ("numpy.distutils.exec_command", "exec_command", (ECHO,)),
    ("numpy.ctypeslib", "load_library", ("corpus", ".")),
    ("scipy.io", "loadmat", ("corpus.mat",)),
    ("torch", "load", ("corpus.pt",)),
    ("torch", "save", ("corpus", "corpus.pt")),
    ("torch", "compile", (1,)),
    ("torch.hub", "load", ("corpus/corpus", "corpus")),
    ("torch.jit", "load", ("corpus.pt",)),
    ("torch.storage", "_load_from_bytes", (b"N.",)),
    ("torch._tensor", "_rebuild_from_type_v2", (1, 2, 3, 4)),
    ("torch.serialization", "load", ("corpus.pt",)),
    ("torch.serialization", "add_safe_globals", ([],)),
    ("torch.utils.bottleneck.__main__", "run_cprofile", (PRINT, {})),
    ("torch.utils.bottleneck.__main__", "run_autograd_prof", (PRINT, {})),
    ("torch.utils.collect_env", "run", (ECHO,)),
    ("torch.utils.cpp_extension", "load", ("corpus", ["corpus.cpp"])),
    ("torch.utils.data.datapipes.utils.decoder", "basichandlers", ("pickle", b"N.")),
    ("torch.utils._config_module", "ConfigModule.load_config", (b"N.",)),
    ("torch._dynamo.guards", "GuardBuilder.get", (PRINT,)),
    ("torch._inductor.codecache", "compile_file", ("corpus",)),
    ("torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression", (PRINT, [])),
    ("torch.fx.graph_module", "reduce_graph_module", ({}, "")),
    ("torch.jit.unsupported_tensor_ops", "execWrapper", (PRINT, {}, {})),
    ("torch.distributed.rpc.internal", "_run_function", (1,)),
    ("torch.package", "PackageImporter", ("corpus.pt",)),
    ("torch.testing._internal.common_utils", "run_tests", ()),
    ("torch.nn.modules.module", "Module.__setstate__", (1, {})),
    ("torch._C", "_load_for_lite_interpreter", (1,)),
    ("torch.ops", "load_library", ("libcorpus.so",)),
    ("torchvision.datasets.utils", "download_url", ("http://127.0.0.1:9/", ".")),
    ("sklearn.utils._testing", "_run_doctest", ()),
    ("sklearn.datasets", "load_files", (".",)),
    ("sklearn.externals.array_api_compat", "get_namespace", (1,)),
    ("sklearn.utils.fixes", "parse_version", ("1",)),
    ("joblib", "load", ("corpus.joblib",)),
    ("joblib.memory", "Memory", ("corpus",)),
    ("joblib.externals.loky.process_executor", "_ExecutorManagerThread", ()),
    ("joblib.externals.cloudpickle", "loads", (b"N.",)),
    ("pandas", "read_pickle", ("corpus.pkl",)),
    ("pandas.compat.pickle_compat", "loads", (b"N.",)),
    ("pandas.core.computation.eval", "eval", (PRINT,)),
    ("pandas.io.common", "get_handle", ("corpus",)),
    ("keras.models", "load_model", ("corpus.keras",)),
    ("keras.src.utils.file_utils", "get_file", ("corpus",)),
    ("tensorflow.python.ops.gen_io_ops", "read_file", ("corpus",)),
    ("tensorflow.python.lib.io.file_io", "FileIO", ("corpus", "w")),
    ("tensorflow", "py_function", (1,)),
    ("transformers", "pipeline", ("corpus",)),
    ("transformers.dynamic_module_utils", "get_class_from_dynamic_module", ("corpus.Corpus", "corpus")),
    ("transformers.utils.hub", "cached_file", ("corpus", "corpus")),
    ("huggingface_hub", "snapshot_download", ("corpus/corpus",)),
    ("datasets", "load_dataset", ("corpus",)),
    ("dill", "loads", (b"N.",)),
    ("dill._dill", "_create_function", (1,)),
    ("dill._dill", "_import_module", ("os.system",)),
    ("cloudpickle.cloudpickle", "_make_function", (1, 2, 3, 4, 5)),
    ("cloudpickle.cloudpickle", "_builtin_type", ("CodeType",)),
    ("cloudpickle", "subimport", ("os",)),
    ("fsspec", "open", ("corpus",)),
    ("requests.api", "get", ("http://127.0.0.1:9/",)),
    ("urllib3", "request", ("GET", "http://127.0.0.1:9/")),
    ("pip", "main", (["--version"],)),
    ("pip._internal", "main", (["--version"],)),
    ("setuptools", "setup", ()),
    ("pkg_resources", "run_script", ("corpus", "corpus")),
    ("yaml", "unsafe_load", ("a: 1",)),
    ("ruamel.yaml", "YAML", ()),
    ("jinja2", "Template", ("corpus",)),
    ("sympy", "sympify", (PRINT,)),
    ("numexpr", "evaluate", (PRINT,)),
    ("cffi", "FFI", ()),
    ("psutil", "Popen", (["echo"],)),
    ("paramiko", "ProxyCommand", (ECHO,)),
    ("pexpect", "run", (ECHO,)),
    ("sh", "echo", ("corpus",)),
    ("fabric", "Connection", ("127.0.0.1",)),
    ("IPython", "embed", ()),
    ("IPython.utils.process", "system", (ECHO,)),
    ("nltk.data", "load", ("corpus",)),
    ("spacy", "load", ("corpus",)),
    ("gensim.utils", "unpickle", ("corpus",)),
    ("mlflow.pyfunc", "load_model", ("corpus",)),
    ("onnxruntime", "InferenceSession", ("corpus.onnx",)),
    ("lightgbm.basic", "Booster", ()),
    ("xgboost.core", "Booster", ()),
    ("catboost", "CatBoost", ()),
    ("hydra.utils", "instantiate", ({"_target_": "os.system"},)),
    ("lightning.pytorch.utilities.migration", "pl_legacy_patch", ()),
    ("pytorch_lightning", "Trainer", ()),
    ("ultralytics.nn.tasks", "DetectionModel", ()),
    ("my_project.model", "Net", ()),
    ("__main__", "Net", ()),
    ("__main__", "main", ()),
    ("model", "Model", ()),
    ("utils", "load", ()),
)
# Only the Python 2 spelling; readers rename it below protocol 3.
_PYTHON2: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("__builtin__", "eval", (PRINT,)),
    ("__builtin__", "execfile", ("corpus.py",)),
    ("__builtin__", "reduce", (1, [])),
    ("__builtin__", "apply", (1, ())),
    ("__builtin__", "file", ("corpus",)),
    ("commands", "getoutput", (ECHO,)),
    ("commands", "getstatusoutput", (ECHO,)),
    ("urllib", "urlopen", ("http://127.0.0.1:9/",)),
    ("urllib2", "urlopen", ("http://127.0.0.1:9/",)),
    ("cPickle", "loads", (b"N.",)),
    ("anydbm", "open", ("corpus",)),
    ("dumbdbm", "open", ("corpus",)),
    ("exceptions", "SystemExit", ()),
    ("itertools", "imap", (1, [])),
    ("os", "getcwdu", ()),
    ("SocketServer", "TCPServer", (("127.0.0.1", 0), None)),
    ("Tkinter", "Tk", ()),
    ("whichdb", "whichdb", ("corpus",)),
    ("UserDict", "UserDict", ()),
    ("multiprocessing", "Process", ()),
)
# Names that look like listed ones.
_LOOKALIKES: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("collections", "OrderedDict.fromkeys", ([1],)),
    ("collections", "ordereddict", ()),
    ("collections ", "OrderedDict", ()),
    (" collections", "OrderedDict", ()),
    ("Collections", "OrderedDict", ()),
    ("collections.abc", "OrderedDict", ()),
    ("collections", "OrderedDict ", ()),
    ("collections", "OrderedDict\0", ()),
    ("collections", "__init__.OrderedDict", ()),
    ("collections", "_sys.modules", ()),
    ("collections", "abc.sys.exit", (0,)),
    ("torch", "_utils._rebuild_tensor_v2", ()),
    ("torch", "FloatStorage.from_file", ("corpus",)),
    ("torch", "serialization.os.system", (ECHO,)),
    ("torch._utils", "_rebuild_tensor_v2.__globals__", ()),
    ("torch._utils", "importlib.import_module", ("os",)),
    ("torch._utils", "_import_dotted_name", ("os.system",)),
    ("torch._utilsx", "_rebuild_tensor_v2", ()),
    ("torch._utils._rebuild_tensor_v2", "", ()),
    ("torch.nn.modules.linear", "Linear.load_state_dict", ()),
    ("torch.nn.modules.linear", "F.torch.hub.load", ()),
    ("torch.nn.modules.corpus", "Corpus", ()),
    ("numpy", "core.multiarray._reconstruct", ()),
    ("numpy", "ndarray.tofile", (1, "corpus")),
    ("numpy", "dtypе", ("f8",)),  # noqa: RUF001 - the last letter is Cyrillic on purpose
    ("numpy.core.multiarray", "_reconstruct.__self__", ()),
    ("ｏｓ", "system", (ECHO,)),  # noqa: RUF001 - full-width on purpose
    ("sklearn.linear_model._logistic", "effective_n_jobs", ()),
    ("sklearn.linear_model._logistic", "os.system", (ECHO,)),
    ("sklearn.pipeline", "clone", (1,)),
    ("sklearn.utils._bunch", "Bunch.update", ({},)),
    ("sklearn", "tree._tree.Tree", (1,)),
    ("joblib.numpy_pickle", "load", ("corpus",)),
    ("joblib.numpy_pickle", "NumpyUnpickler", ()),
    ("builtins", "list.append", ([], 1)),
    ("builtins", "object.__reduce_ex__", (1, 2)),
    ("builtins", "dict.__class__", ()),
    ("builtins", "tuple.__new__", ()),
    ("pathlib", "Path", ("corpus",)),
    ("pathlib", "PosixPath.touch", ("corpus",)),
    ("argparse", "FileType", ("w",)),
    ("argparse", "ArgumentParser", ()),
    ("datetime", "datetime.strptime", ("1", "%s")),
    ("datetime", "sys.exit", (0,)),
    ("types", "SimpleNamespace.__init__", ()),
    ("__torch__", "Model", ()),
    ("__torch__.os", "system", (ECHO,)),
    ("torch.jit._pickle", "restore_type_tag", (1, "corpus")),
    ("tests.os", "system", (ECHO,)),
    ("", "eval", (PRINT,)),
    ("os", "", ()),
    ("..os", "system", (ECHO,)),
)

Spelling = Callable[[str, str, tuple[Any, ...]], bytes]


def _reduce(protocol: int) -> Spelling:
    """An ordinary call in a protocol."""
    return lambda module, name, args: a.pickle(
        a.ref(module, name, protocol) + a.value(args, protocol) + a.REDUCE, protocol
    )


def _memo(module: str, name: str, args: tuple[Any, ...]) -> bytes:
    """Module and name are put into the memo, dropped, and got back."""
    body = a.text(module) + a.MEMOIZE + a.POP + a.text(name) + a.MEMOIZE + a.POP
    return a.pickle(body + a.binget(0) + a.binget(1) + a.STACK_GLOBAL + a.value(args) + a.REDUCE)


def _inst(module: str, name: str, args: tuple[Any, ...]) -> bytes:
    """INST, of protocol 0."""
    return a.pickle(a.MARK + b"".join(a.value(arg, 0) for arg in args) + a.inst(module, name), 0)


def _obj(module: str, name: str, args: tuple[Any, ...]) -> bytes:
    """OBJ, of protocol 1."""
    return a.pickle(a.MARK + a.global_(module, name) + b"".join(a.value(arg, 1) for arg in args) + a.OBJ, 1)


def _newobj(module: str, name: str, args: tuple[Any, ...]) -> bytes:
    """NEWOBJ."""
    return a.pickle(a.ref(module, name) + a.value(args) + a.NEWOBJ)


def _newobj_ex(module: str, name: str, args: tuple[Any, ...]) -> bytes:
    """NEWOBJ_EX."""
    return a.pickle(a.ref(module, name) + a.value(args) + a.EMPTY_DICT + a.NEWOBJ_EX)


def _imported(module: str, name: str, args: tuple[Any, ...]) -> bytes:
    """The name is imported, dropped, and never called."""
    return a.pickle(a.ref(module, name) + a.POP + a.value({"args": repr(args)}))


def _deep(module: str, name: str, args: tuple[Any, ...]) -> bytes:
    """The call stands among plausible data."""
    layers = {f"layer.{n}.weight": [float(n), float(n) / 2] for n in range(40)}
    return a.dumps({"epoch": 3, "layers": layers, "extra": a.Raw(a.call(module, name, *args))}, 4)


def _stack_global_2(module: str, name: str, args: tuple[Any, ...]) -> bytes:
    """STACK_GLOBAL in a pickle that says protocol 2."""
    body = a.binunicode(module) + a.binunicode(name) + a.STACK_GLOBAL + a.value(args, 2) + a.REDUCE
    return a.pickle(body, 2)


SPELLINGS: tuple[tuple[str, Spelling], ...] = (
    ("p4", _reduce(4)), ("p2", _reduce(2)), ("p0", _reduce(0)), ("memo", _memo), ("deep", _deep), ("inst", _inst),
    ("p5", _reduce(5)), ("imported", _imported), ("p3", _reduce(3)), ("obj", _obj), ("stack2", _stack_global_2),
    ("newobj", _newobj), ("p1", _reduce(1)), ("newobj-ex", _newobj_ex),
)  # fmt: skip
_FILES = ("model.pkl", "model.bin", "weights.pt", "model.pickle", "ckpt.pth", "model.joblib", "last.ckpt", "scaler.sav")


def _one(
    group: str, number: int, entry: tuple[str, str, tuple[Any, ...]], spellings: tuple[tuple[str, Spelling], ...]
) -> Case:
    """One name in the spelling of its turn."""
    module, name, args = entry
    kind, spell = spellings[number % len(spellings)]
    file = _FILES[number % len(_FILES)]
    data = spell(module, name, args)
    if number % 9 == 4 and kind != "inst":
        file, data, kind = "weights.pt", torch_zip(data), f"{kind}-torch"
    elif number % 17 == 6:
        file, data, kind = "model.joblib", zlib.compress(data, 3), f"{kind}-zlib"
    safe = f"{module or 'none'}:{name or 'none'}".encode("ascii", "backslashreplace").decode().replace("\0", "\\0")
    return attack(KLASS, f"{group}/{number:03}-{kind}-{safe}", {file: data}, f"{module}:{name} by {kind}")


def _text_lines(entry: tuple[str, str, tuple[Any, ...]]) -> bool:
    """Whether a name can stand in GLOBAL and INST, which end at a line feed."""
    return entry[1].isascii() and entry[0].isascii()


def cases() -> Iterator[Case]:
    """All cases."""
    for number, entry in enumerate(_STDLIB):
        yield _one("stdlib", number, entry, SPELLINGS)
    for number, entry in enumerate(_LIBRARIES):
        yield _one("libraries", number, entry, SPELLINGS)
    below_3 = tuple(entry for entry in SPELLINGS if entry[0] in {"p0", "p1", "p2", "inst", "obj", "stack2"})
    for number, entry in enumerate(_PYTHON2):
        yield _one("python2", number, entry, below_3)
    for number, entry in enumerate(_LOOKALIKES):
        modern = tuple(item for item in SPELLINGS if item[0] in {"p4", "p5", "memo", "deep", "newobj", "imported"})
        yield _one("lookalikes", number, entry, modern if not _text_lines(entry) or number % 2 else SPELLINGS)
    for kind, spell in SPELLINGS:
        data = spell("posix", "system", (ECHO,))
        yield attack(KLASS, f"spellings/{kind}", {"model.pkl": data}, f"posix:system by {kind}")

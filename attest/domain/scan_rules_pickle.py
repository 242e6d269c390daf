"""Rules about pickles and what holds them."""

from __future__ import annotations

from attest.domain.scan_rule import AGAIN, CONVERT, HOSTILE, Rule

PICKLE_RULES = (
    Rule(
        id="pickle.name-not-allowed",
        severity="critical",
        effect="block",
        title="Pickle refers to a name that is not allowed",
        meaning=(
            "The pickle refers to a name that is not on the allowlist. Reading it would import that module and may "
            "call it. If the name belongs to a library you trust, have a profile derived and reviewed for it; do not "
            "allow it for one file only because the file needs it."
        ),
        mend=CONVERT + " If the name belongs to a library you trust, have a profile derived and reviewed for it.",
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.unresolved-name",
        severity="critical",
        effect="block",
        title="Pickle puts a name together while it is read",
        meaning=(
            "The name of an imported object is put together while the pickle is read, so it cannot be known "
            "beforehand. Ordinary writers never do this."
        ),
        mend=HOSTILE,
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.computed-call",
        severity="critical",
        effect="block",
        title="Pickle calls the result of a call",
        meaning="The pickle calls something that it obtained from another call or attribute.",
        mend=HOSTILE,
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.call-form",
        severity="high",
        effect="block",
        title="Pickle uses a listed name in an unusual way",
        meaning=(
            "A listed name is used in a way its writer never uses: as a call, with other arguments, or through an old "
            "opcode."
        ),
        mend=CONVERT,
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.build-on-global",
        severity="critical",
        effect="block",
        title="Pickle changes a module, class or function",
        meaning=(
            "State is applied to a module, class or function instead of an object. That replaces parts of the library "
            "for everything that runs afterwards."
        ),
        mend=HOSTILE,
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.state-key",
        severity="critical",
        effect="block",
        title="Pickle sets names that Python itself acts on",
        meaning="The state of an object contains names that Python itself acts on.",
        mend=HOSTILE,
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.container-target",
        severity="high",
        effect="block",
        title="Pickle adds items to something that is no container",
        meaning="Items are added to something that is not a plain container, so its own methods would run.",
        mend=HOSTILE,
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.extension-code",
        severity="high",
        effect="block",
        title="Pickle uses an extension code",
        meaning=(
            "The pickle uses a code that stands for a name in the reader's registry. What it means cannot be told "
            "from the file."
        ),
        mend=CONVERT,
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.persistent-id",
        severity="medium",
        effect="inconclusive",
        title="Pickle asks the reading program for objects",
        meaning="The pickle asks the reader's program for objects. Outside the known layouts nobody can say which.",
        mend=CONVERT,
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.frame-violation",
        severity="critical",
        effect="block",
        title="Pickle frames do not fit",
        meaning="Frames do not fit the opcodes. Different Python versions read different objects from these bytes.",
        mend=HOSTILE,
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
            "https://github.com/python/cpython/issues/154848",
        ),
    ),
    Rule(
        id="pickle.nested-load",
        severity="high",
        effect="block",
        title="Pickle loads another pickle from its own bytes",
        meaning="Bytes inside the pickle are loaded as another pickle or archive.",
        mend="Save tensors with torch.save or as safetensors, not through a plain pickle.",
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.resource-use",
        severity="high",
        effect="block",
        title="Pickle is made to exhaust memory",
        meaning=(
            "The file declares sizes far above the bytes it holds, or builds values whose only use is to "
            "exhaust memory."
        ),
        mend=HOSTILE,
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.native-state",
        severity="medium",
        effect="warn",
        title="Pickle fills native memory",
        meaning=(
            "Native data structures are filled from the file without a check of their consistency. A crafted file can "
            "crash the process or read outside its memory."
        ),
        mend="Prefer ONNX or skops for such estimators; otherwise accept only files that your own training wrote.",
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.odd-encoding",
        severity="low",
        effect="warn",
        title="Pickle is spelled unusually",
        meaning="Legal but unusual spelling of numbers, strings or protocol markers.",
        mend="Ask how the file was written; no common writer spells pickles this way.",
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.malformed",
        severity="medium",
        effect="inconclusive",
        title="Pickle is malformed",
        meaning="The stream breaks the rules of the format. Readers may still have acted on what precedes the fault.",
        mend=AGAIN,
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.trailing-data",
        severity="medium",
        effect="inconclusive",
        title="Bytes follow the pickle",
        meaning="Bytes follow the last object and no layout explains them.",
        mend=AGAIN,
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://docs.python.org/3/library/pickle.html#restricting-globals",
        ),
    ),
    Rule(
        id="pickle.present",
        severity="info",
        effect="note",
        title="File is a pickle",
        meaning="The file is a pickle. Prefer a format without code, such as safetensors.",
        mend="Convert the weights to safetensors when there is a choice.",
        references=("https://docs.python.org/3/library/pickle.html#restricting-globals",),
    ),
    Rule(
        id="torch.storage-mismatch",
        severity="high",
        effect="block",
        title="Tensor without its storage",
        meaning="A tensor refers to storage that is missing or too small.",
        mend=AGAIN,
        references=("https://cwe.mitre.org/data/definitions/502.html",),
    ),
    Rule(
        id="torch.legacy-tar",
        severity="medium",
        effect="inconclusive",
        title="Oldest torch layout",
        meaning="The oldest torch layout; torch's own safe reader refuses it.",
        mend="Save the weights again with a current torch, or as safetensors.",
        references=("https://cwe.mitre.org/data/definitions/502.html",),
    ),
    Rule(
        id="torch.source-code",
        severity="critical",
        effect="block",
        title="Code travels with torch weights",
        meaning="Python source, shared libraries or device code travel with the weights.",
        mend=CONVERT,
        references=("https://cwe.mitre.org/data/definitions/502.html",),
    ),
    Rule(
        id="torchscript.code",
        severity="info",
        effect="note",
        title="File is a TorchScript program",
        meaning="The file is a program in TorchScript.",
        mend="Prefer weights in safetensors with code that you reviewed.",
        references=("https://docs.pytorch.org/docs/stable/notes/serialization.html",),
    ),
    Rule(
        id="torchscript.operator",
        severity="critical",
        effect="block",
        title="TorchScript reaches outside",
        meaning="TorchScript code uses an operator that reads or writes files, or comes from an unknown extension.",
        mend=HOSTILE,
    ),
    Rule(
        id="numpy.object-array",
        severity="medium",
        effect="warn",
        title="Array of Python objects",
        meaning="The array holds Python objects, that is, a pickle.",
        mend="Save plain arrays; they need no pickle.",
        references=(
            "https://cwe.mitre.org/data/definitions/502.html",
            "https://nvd.nist.gov/vuln/detail/CVE-2019-6446",
        ),
    ),
    Rule(
        id="joblib.external-file",
        severity="high",
        effect="block",
        title="Joblib file names another file",
        meaning="The file names another file to load.",
        mend="Save again with a current joblib, which writes one file.",
        references=("https://cwe.mitre.org/data/definitions/502.html",),
    ),
    Rule(
        id="skops.loader",
        severity="high",
        effect="block",
        title="Skops file uses a foreign loader or type",
        meaning="The file uses a loader or type outside the trusted ones.",
        mend="List the file's untrusted types with skops.io.get_untrusted_types and review each.",
        references=("https://nvd.nist.gov/vuln/detail/CVE-2025-54886",),
    ),
    Rule(
        id="rds.code",
        severity="critical",
        effect="block",
        title="R data file holds code",
        meaning=(
            "The R data file holds functions, expressions or references that R may run or follow when the "
            "object is used."
        ),
        mend="Save plain data (data frames, vectors, lists), not closures or environments.",
        references=("https://nvd.nist.gov/vuln/detail/CVE-2024-27322",),
    ),
)

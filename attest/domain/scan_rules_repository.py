"""Rules about what lies around the weights, and about the scanner itself."""

from __future__ import annotations

from attest.domain.scan_rule import HOSTILE, Rule

REPOSITORY_RULES = (
    Rule(
        id="template.unsafe",
        severity="critical",
        effect="block",
        title="Template reaches too far",
        meaning="A chat template reaches beyond what templates need. Rendering it may run code in the serving process.",
        mend="Replace the template by one from the model's original publisher, and report this one.",
        references=("https://nvd.nist.gov/vuln/detail/CVE-2024-34359",),
    ),
    Rule(
        id="template.unparsed",
        severity="medium",
        effect="inconclusive",
        title="Template cannot be parsed",
        meaning="The template cannot be parsed.",
        mend="Check the template by hand; render templates in a sandbox only.",
    ),
    Rule(
        id="hf.remote-code",
        severity="high",
        effect="block",
        title="Configuration runs code of the repository",
        meaning="The configuration asks the loader to run Python from the repository.",
        mend="Use a model that the library supports itself, or review the code and approve each file by its digest.",
        references=("https://huggingface.co/docs/transformers/en/models#custom-models",),
    ),
    Rule(
        id="hf.code-file",
        severity="medium",
        effect="warn",
        title="Python source among the files",
        meaning="Python source lies in the repository.",
        mend="Review the code, or remove it when nothing needs it.",
    ),
    Rule(
        id="hf.module-shadow",
        severity="critical",
        effect="block",
        title="File takes the place of a library",
        meaning=(
            "A Python file or folder has the name of a library that loaders import. "
            "A program that starts in this folder imports it instead."
        ),
        mend="Rename or remove the file.",
        references=("https://cwe.mitre.org/data/definitions/427.html",),
    ),
    Rule(
        id="hf.index-path",
        severity="high",
        effect="block",
        title="Index leads out of the model",
        meaning="An index file sends the loader to a file outside the model.",
        mend=HOSTILE,
    ),
    Rule(
        id="hf.missing-file",
        severity="medium",
        effect="inconclusive",
        title="A file that will be loaded is missing",
        meaning="A file that this one makes the loader open is not there, so what will be loaded was not looked at.",
        mend="Fetch the whole model, or remove the reference.",
    ),
    Rule(
        id="config.names-code",
        severity="high",
        effect="block",
        title="Data file chooses what to call",
        meaning="A data file chooses what to import or call.",
        mend="Review what is named; load the configuration only with code that has a list of its own.",
        references=("https://nvd.nist.gov/vuln/detail/CVE-2025-23304",),
    ),
    Rule(
        id="secret.found",
        severity="high",
        effect="warn",
        title="Secret in a file",
        meaning=(
            "Something that looks like a password, a token or a private key lies in the file. Whoever can read the "
            "model can use it."
        ),
        mend="Revoke the secret, remove it from the file and its history, and publish again.",
        references=("https://cwe.mitre.org/data/definitions/798.html",),
    ),
    Rule(
        id="scan.budget",
        severity="medium",
        effect="inconclusive",
        title="Limit reached",
        meaning="A limit was reached before the file was read.",
        mend="Scan again with a larger limit, or refuse the file.",
    ),
    Rule(
        id="scan.second-opinion",
        severity="high",
        effect="block",
        title="Another scanner flags the file",
        meaning=(
            "Another scanner, which was asked for its opinion, calls the file dangerous. Its opinion can add a finding "
            "and never takes one away."
        ),
        mend="Read what that scanner says, and compare it with the other findings; report it when it is wrong.",
    ),
    Rule(
        id="scan.opinion-missing",
        severity="medium",
        effect="inconclusive",
        title="Another scanner gave no answer",
        meaning="Another scanner was asked for its opinion and gave none: it is not there, failed, or took too long.",
        mend="Install that scanner or give its path, or scan without asking for its opinion.",
    ),
    Rule(
        id="scan.internal-error",
        severity="medium",
        effect="inconclusive",
        title="Scanner failed",
        meaning="The scanner failed on this file. Please report it.",
        mend="Report the file's digest and this message to the authors of attest; until then treat the answer as no.",
    ),
)

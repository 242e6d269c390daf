"""Verbs that decide: verify, policy replay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from attest.cli.groups import grouped
from attest.cli.options import At, Format, Model, Offline, Shape
from attest.cli.show import color, echo, moment, watched
from attest.cli.trust_options import expected

if TYPE_CHECKING:
    from attest.domain.verdict import Verification
    from attest.operations.expected import Expected

PolicyIn = Annotated[str, typer.Option("--policy", metavar="FILE", help="The trust policy (YAML).", show_default=False)]
SignatureIn = Annotated[
    str,
    typer.Option(
        "--signature",
        metavar="FILE",
        help="The OMS bundle, if it is not beside the model.",
        show_default=False,
    ),
]
EvidenceOut = Annotated[
    str,
    typer.Option(
        "--evidence-out",
        metavar="FILE",
        help="Write the evidence, so that the verdict can be replayed.",
        show_default=False,
    ),
]
EvidenceIn = Annotated[
    str,
    typer.Argument(metavar="EVIDENCE", help="A file written by verify --evidence-out.", show_default=False),
]


@grouped("wanted", expected)
def verify(
    model: Model,
    wanted: Expected,
    policy: PolicyIn = "",
    signature: SignatureIn = "",
    at: At = "",
    form: Shape = Format.text,
    evidence_out: EvidenceOut = "",
    offline: Offline = False,  # noqa: ARG001 - nothing in this verb uses a network
) -> None:
    """Verify the model under a policy, or against one signer alone; says why, and how to mend it."""
    from attest.operations.outputs import check_output
    from attest.operations.verify import verify as run

    when = moment(at)
    if evidence_out:
        check_output(model, evidence_out, "--evidence-out", policy, signature, *wanted.keys)
    verification = watched(
        lambda progress: run(
            model,
            policy=policy,
            expected=wanted,
            signature=signature,
            at=when,
            progress=progress,
        )
    )
    if evidence_out:
        from attest.operations.replay import write_evidence

        write_evidence(verification, evidence_out)
    _answer(verification, form)


def replay(evidence: EvidenceIn, policy: PolicyIn, at: At = "", form: Shape = Format.text) -> None:
    """Judge stored evidence again: the same evidence, policy and time give the same verdict."""
    from attest.operations.replay import replay as run

    _answer(run(evidence, policy, at=moment(at)), form)


def _answer(verification: Verification, form: Format) -> None:
    from attest import reports

    if form is Format.json:
        echo(reports.verification_json(verification))
    else:
        echo(reports.verification_text(verification, color=color()))
    raise typer.Exit(0 if verification.passed else 1)

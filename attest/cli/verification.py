"""Verbs that decide: verify, policy replay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from attest.cli.options import At, Format, Model, Offline, Shape
from attest.cli.show import color, echo, moment, watched

if TYPE_CHECKING:
    from attest.domain.verdict import Verification

PolicyIn = Annotated[str, typer.Option("--policy", metavar="FILE", help="The trust policy (YAML).", show_default=False)]
Keys = Annotated[
    list[str],
    typer.Option(
        "--key",
        metavar="FILE",
        help="Without a policy: a public key that must have signed; may be given again.",
        show_default=False,
    ),
]
SignatureIn = Annotated[
    str,
    typer.Option(
        "--signature",
        metavar="FILE",
        help="The OMS bundle, if it is not beside the model.",
        show_default=False,
    ),
]
Unsigned = Annotated[
    list[str],
    typer.Option(
        "--allow-unsigned",
        metavar="NAME",
        help="With --key: accept this one file although nobody signed it; may be given again.",
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


def verify(
    model: Model,
    policy: PolicyIn = "",
    key: Keys = [],  # noqa: B006 - typer reads the default and never changes it
    signature: SignatureIn = "",
    allow_unsigned: Unsigned = [],  # noqa: B006
    at: At = "",
    form: Shape = Format.text,
    evidence_out: EvidenceOut = "",
    offline: Offline = False,  # noqa: ARG001 - nothing in this verb uses a network
) -> None:
    """Verify the model under a policy, or against public keys alone; says why, and how to mend it."""
    from attest.operations.outputs import check_output
    from attest.operations.verify import verify as run

    when = moment(at)
    if evidence_out:
        check_output(model, evidence_out, "--evidence-out", policy, signature, *key)
    verification = watched(
        lambda progress: run(
            model,
            policy=policy,
            keys=key,
            signature=signature,
            allow_unsigned=allow_unsigned,
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

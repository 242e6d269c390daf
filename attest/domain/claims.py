"""What a CI provider says of the run that signed: the Fulcio certificate extensions, by the names that we show.

Source: Fulcio OID information (arc 1.3.6.1.4.1.57264.1). Arcs 1 to 6 are deprecated spellings of later ones and are not
used; 7 is a type of subject alternative name, 8 the issuer, which is part of every identity.
"""

from __future__ import annotations

from collections.abc import Mapping

FULCIO_ARC = "1.3.6.1.4.1.57264.1."
ISSUER_OID = FULCIO_ARC + "8"
USERNAME_OID = FULCIO_ARC + "7"

CLAIMS: Mapping[str, int] = {
    "buildSignerUri": 9,
    "buildSignerDigest": 10,
    "runnerEnvironment": 11,
    "sourceRepositoryUri": 12,
    "sourceRepositoryDigest": 13,
    "sourceRepositoryRef": 14,
    "sourceRepositoryIdentifier": 15,
    "sourceRepositoryOwnerUri": 16,
    "sourceRepositoryOwnerIdentifier": 17,
    "buildConfigUri": 18,
    "buildConfigDigest": 19,
    "buildTrigger": 20,
    "runInvocationUri": 21,
    "sourceRepositoryVisibility": 22,
    "deploymentEnvironment": 23,
    "tokenSubject": 24,
}
"""Name → number below the arc."""

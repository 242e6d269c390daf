"""Claims of identity tokens, and the certificate extensions Fulcio makes of them (Fulcio OID documentation).

An extension is a template over the claims. Arcs 1 to 6 hold raw text, arcs from 8 a DER UTF8String; empty text means
that the extension is left out.
"""

from __future__ import annotations

import hashlib
from typing import Any

from cryptography import x509

from tests.simulators import der

ARC = "1.3.6.1.4.1.57264.1."
LAST_RAW_ARC = 6

_GITHUB = {
    2: "{event_name}",
    3: "{sha}",
    4: "{workflow}",
    5: "{repository}",
    6: "{ref}",
    9: "{url}/{job_workflow_ref}",
    10: "{job_workflow_sha}",
    11: "{runner_environment}",
    12: "{url}/{repository}",
    13: "{sha}",
    14: "{ref}",
    15: "{repository_id}",
    16: "{url}/{repository_owner}",
    17: "{repository_owner_id}",
    18: "{url}/{workflow_ref}",
    19: "{workflow_sha}",
    20: "{event_name}",
    21: "{url}/{repository}/actions/runs/{run_id}/attempts/{run_attempt}",
    22: "{repository_visibility}",
    23: "{environment}",
}
_GITLAB = {
    9: "https://{ci_config_ref_uri}",
    10: "{ci_config_sha}",
    11: "{runner_environment}",
    12: "{url}/{project_path}",
    13: "{sha}",
    14: "refs/{ref_kind}/{ref}",
    15: "{project_id}",
    16: "{url}/{namespace_path}",
    17: "{namespace_id}",
    18: "https://{ci_config_ref_uri}",
    19: "{ci_config_sha}",
    20: "{pipeline_source}",
    21: "{url}/{project_path}/-/jobs/{job_id}",
    22: "{project_visibility}",
    23: "{environment}",
}


def github(repository: str, ref: str, workflow: str) -> dict[str, Any]:
    """The claims of a GitHub Actions run on a push."""
    commit = hashlib.sha1(repository.encode(), usedforsecurity=False).hexdigest()
    workflow_ref = f"{repository}/{workflow}@{ref}"
    return {
        "sub": f"repo:{repository}:ref:{ref}",
        "event_name": "push",
        "sha": commit,
        "workflow": "release",
        "repository": repository,
        "ref": ref,
        "job_workflow_ref": workflow_ref,
        "job_workflow_sha": commit,
        "runner_environment": "github-hosted",
        "repository_id": "1234",
        "repository_owner": repository.split("/", maxsplit=1)[0],
        "repository_owner_id": "99",
        "workflow_ref": workflow_ref,
        "workflow_sha": commit,
        "repository_visibility": "public",
        "run_id": "42",
        "run_attempt": "1",
    }


def gitlab(project: str, ref: str) -> dict[str, Any]:
    """The claims of a GitLab CI job on a branch."""
    commit = hashlib.sha1(project.encode(), usedforsecurity=False).hexdigest()
    return {
        "sub": f"project_path:{project}:ref_type:branch:ref:{ref}",
        "ref": ref,
        "ref_type": "branch",
        "sha": commit,
        "ci_config_ref_uri": f"gitlab.com/{project}//.gitlab-ci.yml@refs/heads/{ref}",
        "ci_config_sha": commit,
        "runner_environment": "gitlab-hosted",
        "project_path": project,
        "project_id": "1234",
        "project_visibility": "public",
        "namespace_path": project.split("/", maxsplit=1)[0],
        "namespace_id": "99",
        "pipeline_source": "push",
        "job_id": "42",
    }


def alternative_name(claims: dict[str, Any]) -> x509.GeneralName:
    """The subject alternative name: a person's email, a workflow's URI, or else a user name."""
    if claims.get("email_verified") and claims.get("email"):
        return x509.RFC822Name(claims["email"])
    if "job_workflow_ref" in claims:
        return x509.UniformResourceIdentifier("https://github.com/" + claims["job_workflow_ref"])
    if "ci_config_ref_uri" in claims:
        return x509.UniformResourceIdentifier("https://" + claims["ci_config_ref_uri"])
    if "://" in claims["sub"]:
        return x509.UniformResourceIdentifier(claims["sub"])
    if "@" in claims["sub"]:
        return x509.RFC822Name(claims["sub"])
    return x509.OtherName(x509.ObjectIdentifier(ARC + "7"), der.utf8(claims["sub"]))


def extension_values(claims: dict[str, Any]) -> dict[int, bytes]:
    """The value of each extension that is not left out, by its arc, in ascending order."""
    values = {1: claims["iss"], 8: claims["iss"], 24: claims["sub"]}
    context: dict[str, Any] = {"environment": "", **claims}
    templates: dict[int, str] = {}
    if "job_workflow_ref" in claims:
        context["url"], templates = "https://github.com", _GITHUB
    elif "ci_config_ref_uri" in claims:
        context["url"], templates = "https://gitlab.com", _GITLAB
        context["ref_kind"] = "heads" if claims.get("ref_type") == "branch" else "tags"
    values |= {arc: template.format_map(context) for arc, template in templates.items()}
    return {
        arc: value.encode() if arc <= LAST_RAW_ARC else der.utf8(value)
        for arc, value in sorted(values.items())
        if value
    }

"""A small model that three signers sign: a key, a certificate of a private authority, a Sigstore identity.

One policy names all three, because confusion between them hides where they meet. Bundles are put together by hand, so
that a test can break one part and leave the others as an honest signer makes them.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from attest.domain.statement import OMS_PREDICATE, PAYLOAD_TYPE, STATEMENT_TYPE
from tests.conftest import Result, Run
from tests.simulators import keys, pki
from tests.simulators.sigstore import log_v1, log_v2
from tests.simulators.sigstore.instance import LoopbackSigstore
from tests.simulators.tsa import TimestampAuthority

Json = dict[str, Any]
KINDS = ("key", "certificate", "identity")
FILES: Mapping[str, bytes] = {
    "README.md": b"---\nlicense: mit\n---\n# small\n",
    "config.json": b'{"layers": 2}\n',
    "weights/a.safetensors": b"\x08\x00\x00\x00\x00\x00\x00\x00{}      ",
    "weights/b.safetensors": b"\x08\x00\x00\x00\x00\x00\x00\x00{ }     ",
}
EMAIL = "release@example.com"
WORKFLOW = "https://github.com/acme/models/.github/workflows/release.yml@refs/heads/main"
IGNORED = (".git", ".gitattributes", ".github", ".gitignore", "claims.jsonl", "model.sig")
BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
CYCLONEDX = "https://cyclonedx.org/bom"


def b64(data: bytes) -> str:
    """Standard base64 as text."""
    return base64.b64encode(data).decode("ascii")


def flipped(text: str, at: int = -1) -> str:
    """Base64 text with one bit of one byte flipped."""
    raw = bytearray(base64.b64decode(text))
    raw[at] ^= 1
    return b64(bytes(raw))


def encoded(value: object) -> bytes:
    """JSON bytes, for statements whose exact spelling does not matter."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def write_model(folder: Path, files: Mapping[str, bytes] = FILES) -> Path:
    """Write the model's files; returns the folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def oms(files: Mapping[str, bytes] = FILES, *, ignore: Sequence[str] = IGNORED, links: bool = False) -> Json:
    """The OMS statement over these files, written without the code under test."""
    resources = [
        {"name": name, "algorithm": "sha256", "digest": hashlib.sha256(data).hexdigest()}
        for name, data in sorted(files.items())
    ]
    serialization = {
        "method": "files",
        "hash_type": "sha256",
        "allow_symlinks": links,
        "ignore_paths": sorted(ignore),
    }
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": "small", "digest": {"sha256": root_of(resources)}}],
        "predicateType": OMS_PREDICATE,
        "predicate": {"resources": resources, "serialization": serialization},
    }


def root_of(resources: Sequence[Json]) -> str:
    """The digest over the listed digests, in listed order."""
    return hashlib.sha256(b"".join(bytes.fromhex(item["digest"]) for item in resources)).hexdigest()


def about(digest: str, kind: str = TEST_RESULT, predicate: object = None, **annotations: str) -> Json:
    """An in-toto statement about a tree with this digest."""
    marks = annotations or {"digestKind": "attest-tree/v1"}
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": "small", "digest": {"sha256": digest}, "annotations": marks}],
        "predicateType": kind,
        "predicate": {"result": "PASSED"} if predicate is None else predicate,
    }


def envelope(payload: bytes, key: keys.PrivateKey, kind: str = PAYLOAD_TYPE) -> Json:
    """A DSSE envelope with one honest signature."""
    signature = keys.sign(key, log_v1.pae(kind, payload))
    return {"payload": b64(payload), "payloadType": kind, "signatures": [{"sig": b64(signature), "keyid": ""}]}


def bundle_of(envelope: Json, material: Json) -> Json:
    """A bundle around an envelope."""
    return {"mediaType": BUNDLE_TYPE, "verificationMaterial": material, "dsseEnvelope": envelope}


def signature_of(bundle: Json) -> bytes:
    """The raw signature of a bundle."""
    return base64.b64decode(bundle["dsseEnvelope"]["signatures"][0]["sig"])


def stamped(bundle: Json, *tokens: bytes) -> Json:
    """A copy of the bundle with these timestamps and no others."""
    made = copy.deepcopy(bundle)
    listed = [{"signedTimestamp": b64(token)} for token in tokens]
    made["verificationMaterial"]["timestampVerificationData"] = {"rfc3161Timestamps": listed}
    return made


def rekor1_entry(instance: LoopbackSigstore, envelope: Json, verifier: bytes) -> Json:
    """An entry of the instance's first log for an envelope; `verifier` is PEM."""
    return log_v1.transparency_log_entry(instance.rekor1.add(log_v1.dsse(envelope, verifier)))


def rekor2_entry(instance: LoopbackSigstore, envelope: Json, certificate: x509.Certificate) -> Json:
    """An entry of the instance's second log for an envelope signed by a certificate's key."""
    public = keys.supported(certificate.public_key())
    request = log_v2.dsse(envelope, public)
    verifier = request["dsseRequestV002"]["verifiers"][0]
    verifier["x509Certificate"] = {"rawBytes": b64(certificate.public_bytes(Encoding.DER))}
    del verifier["publicKey"]
    return instance.rekor2.add(request)


@dataclass(slots=True, kw_only=True)
class World:
    """Everybody's keys and services, the model, and the policy that trusts the three signers."""

    folder: Path
    model: Path
    run: Run
    sigstore: LoopbackSigstore
    key: keys.PrivateKey
    authority: pki.Authority
    leaf_key: keys.PrivateKey
    leaf: x509.Certificate
    tsa: TimestampAuthority

    @classmethod
    def create(cls, folder: Path, run: Run, sigstore: LoopbackSigstore) -> World:
        """Fresh keys, and the model without any evidence."""
        authority = pki.Authority.create("Acme root").intermediate("Acme issuing")
        leaf_key = keys.generate()
        world = cls(
            folder=folder,
            model=write_model(folder / "small"),
            run=run,
            sigstore=sigstore,
            key=keys.generate(),
            authority=authority,
            leaf_key=leaf_key,
            leaf=authority.leaf(leaf_key, "release", emails=[EMAIL]),
            tsa=pki.timestamp_authority(),
        )
        (folder / "key.pub").write_bytes(keys.public_pem(world.key.public_key()))
        pki.write_pem(folder / "root.pem", authority.root)
        pki.write_pem(folder / "tsa.pem", *world.tsa.chain)
        world.write_trusted_root()
        return world

    # What the three signers make

    def by_key(self, payload: bytes, key: keys.PrivateKey | None = None, kind: str = PAYLOAD_TYPE) -> Json:
        """A bundle signed with a bare key; the hint is the trusted key's in any case."""
        hint = hashlib.sha256(keys.public_pem(self.key.public_key())).hexdigest()
        return bundle_of(envelope(payload, key or self.key, kind), {"publicKey": {"hint": hint}, "tlogEntries": []})

    def by_certificate(
        self,
        payload: bytes,
        *,
        chain: Sequence[x509.Certificate] = (),
        key: keys.PrivateKey | None = None,
        kind: str = PAYLOAD_TYPE,
    ) -> Json:
        """A bundle signed with the private authority's certificate, or with `chain` and the `key` of its leaf."""
        listed = chain or (self.leaf, *self.authority.intermediates)
        material = {
            "x509CertificateChain": {
                "certificates": [{"rawBytes": b64(item.public_bytes(Encoding.DER))} for item in listed]
            },
            "tlogEntries": [],
        }
        return bundle_of(envelope(payload, key or self.leaf_key, kind), material)

    def by_identity(
        self,
        payload: bytes,
        *,
        instance: LoopbackSigstore | None = None,
        token: str = "",
        key: keys.PrivateKey | None = None,
        chain: Sequence[x509.Certificate] = (),
        kind: str = PAYLOAD_TYPE,
    ) -> Json:
        """A bundle signed as a Sigstore identity, with an entry in the first log and a timestamp."""
        at = instance or self.sigstore
        own = key or keys.generate()
        leaf, *_ = chain or at.certify(own, token or at.mint_github())
        signed = envelope(payload, own, kind)
        material = {
            "certificate": {"rawBytes": b64(leaf.public_bytes(Encoding.DER))},
            "tlogEntries": [rekor1_entry(at, signed, pki.pem(leaf))],
        }
        made = bundle_of(signed, material)
        return stamped(made, at.tsa.stamp(signature_of(made)))

    def signed(self, kind: str, payload: bytes, payload_type: str = PAYLOAD_TYPE) -> Json:
        """A bundle by the signer of this kind."""
        makers: dict[str, Callable[..., Json]] = {
            "key": self.by_key,
            "certificate": self.by_certificate,
            "identity": self.by_identity,
        }
        return makers[kind](payload, kind=payload_type)

    def logged(self, bundle: Json, *entries: Json) -> Json:
        """A copy of the bundle with these log entries; without any, with a good one of the first log."""
        made = copy.deepcopy(bundle)
        listed = list(entries) or [self.entry(bundle)]
        made["verificationMaterial"]["tlogEntries"] = listed
        return made

    def entry(self, bundle: Json, instance: LoopbackSigstore | None = None) -> Json:
        """A new entry of the first log about the bundle, under whatever signed it."""
        return rekor1_entry(instance or self.sigstore, bundle["dsseEnvelope"], self.verifier_of(bundle))

    def verifier_of(self, bundle: Json) -> bytes:
        """The key or certificate behind a bundle, as PEM."""
        material = bundle["verificationMaterial"]
        if "publicKey" in material:
            return keys.public_pem(self.key.public_key())
        first = material.get("certificate") or material["x509CertificateChain"]["certificates"][0]
        return pki.pem(x509.load_der_x509_certificate(base64.b64decode(first["rawBytes"])))

    def timestamps(self, kind: str) -> TimestampAuthority:
        """The authority whose timestamps count for signers of this kind."""
        return self.sigstore.tsa if kind == "identity" else self.tsa

    # Where it goes

    def put(self, *bundles: Json | bytes, name: str = "model.sig") -> None:
        """Write bundles as the model's signature, or as the lines of its claims."""
        lines = [item if isinstance(item, bytes) else encoded(item) for item in bundles]
        (self.model / name).write_bytes(b"\n".join(lines) + b"\n")

    def write_trusted_root(self, document: Json | None = None, name: str = "trusted_root.json") -> Path:
        """Write the instance's trusted root, or another one."""
        path = self.folder / name
        path.write_text(json.dumps(document or self.sigstore.trusted_root()), encoding="utf-8")
        return path

    # Who is trusted

    @property
    def all_anchors(self) -> str:
        """The `trust` section that also takes the instance's logs for keys and private certificates."""
        root = self.pin("trusted_root.json")
        return f"{{timestampAuthorities: [{self.pin('tsa.pem')}], trustedRoots: [{root}]}}"

    def pin(self, name: str) -> str:
        """A file beside the policy as the policy pins it: certificates by their own digest, others by their bytes."""
        data = (self.folder / name).read_bytes()
        if name.startswith("root"):
            data = x509.load_pem_x509_certificate(data).public_bytes(Encoding.DER)
        return f"{{file: {name}, sha256: {hashlib.sha256(data).hexdigest()}}}"

    def definitions(self) -> dict[str, str]:
        """The three signers as the policy defines them."""
        pem = keys.public_pem(self.key.public_key()).decode().strip().replace("\n", "\\n")
        root = self.pin("trusted_root.json")
        return {
            "key": f'{{kind: keys, keys: [{{pem: "{pem}\\n"}}]}}',
            "certificate": f"{{kind: certificate, roots: [{self.pin('root.pem')}], names: {{email: '{EMAIL}'}}}}",
            "identity": f"{{kind: sigstore, issuer: '{self.sigstore.issuer}', subject: '{WORKFLOW}', "
            f"subjectType: uri, trustRoot: {root}}}",
        }

    def policy(
        self,
        rules: str = "",
        *,
        signers: Mapping[str, str] | None = None,
        trust: str = "",
        name: str = "policy.yaml",
        expires: str = "2036-01-01T00:00:00Z",
    ) -> Path:
        """Write a policy; by default any of the three signers must have signed."""
        who = self.definitions() if signers is None else signers
        defined = "".join(f"  {signer}: {text}\n" for signer, text in who.items())
        wanted = rules or f"  - {{id: signed, signature: {{signers: [{', '.join(who)}]}}}}\n"
        trusted = trust or f"{{timestampAuthorities: [{self.pin('tsa.pem')}]}}"
        path = self.folder / name
        path.write_text(
            f"apiVersion: attest/policy/v1\nname: mixed\nversion: 1\nexpires: {expires}\n"
            f"signers:\n{defined}trust: {trusted}\nrules:\n{wanted}",
            encoding="utf-8",
        )
        return path

    # What the command line says

    def verify(self, *options: object, policy: Path | None = None) -> tuple[Result, Json]:
        """Verify in JSON under the mixed policy, or another one; returns the result and the report."""
        result = self.run("verify", self.model, "--policy", policy or self.policy(), *options, "--format", "json")
        return result, json.loads(result.out) if result.out else {}

    def accepted(self, *options: object, policy: Path | None = None) -> Json:
        """The report of a verification that passes."""
        result, report = self.verify(*options, policy=policy)
        assert result.code == 0, result.out + result.err
        assert report["verdict"] == "PASSED"
        return report

    def failed(self, reason: str = "", *options: object, policy: Path | None = None) -> Json:
        """The report of a verification that fails, with this text among the reasons, for machines and for people."""
        path = policy or self.policy()
        result, report = self.verify(*options, policy=path)
        assert result.code == 1, result.out + result.err
        assert report["verdict"] == "FAILED"
        assert any(reason in text for text in reasons(report)), "\n".join(reasons(report))
        text = self.run("verify", self.model, "--policy", path, *options)
        assert (text.code, text.out[:6]) == (1, "FAILED")
        assert reason in text.out
        return report

    def refused(
        self,
        code: str,
        reason: str = "",
        *options: object,
        policy: Path | None = None,
        signer: str = "",
        source: str = "model.sig",
    ) -> Json:
        """The report of a verification that fails because the evidence at `source` was rejected.

        `code` may be empty, where several are right. `signer` is the kind of signer whose signature verified all the
        same; without it nobody's did, and nothing of the bundle may be shown as somebody's.
        """
        report = self.failed(reason, *options, policy=policy)
        assert source not in {item["source"] for item in report["attestations"]}
        (item,) = [item for item in report["rejected"] if item["source"] == source]
        assert item["code"] == code or not code, item["reason"]
        assert reason in item["reason"]
        assert (item["signer"] or {}).get("kind", "") == {"identity": "sigstore"}.get(signer, signer)
        if not signer:
            assert item["signer"] is None
            assert not item["predicateType"]
            assert item["differences"] is None
        return report


def reasons(report: Json) -> list[str]:
    """Every reason of every failed rule, and why evidence did not count."""
    named = [
        f"{reason['file']}: {reason['message']}" if reason["file"] else reason["message"]
        for rule in report["rules"]
        for reason in rule["reasons"]
    ]
    return named + [item["reason"] for item in report["rejected"]]


def failed_rules(report: Json) -> set[str]:
    """The ids of the rules that do not hold."""
    return {rule["rule"] for rule in report["rules"] if rule["verdict"] == "FAILED"}


def tree_digest(model: Path) -> str:
    """The digest of the model's tree, as `attest digest` gives it."""
    import attest

    return attest.digest(model).manifest.digest

// Verifies bundles with @sigstore/verify, one request a line:
//   {"bundle": ..., "root": ..., "keys": {HINT: base64 SPKI}, "identity": "...", "issuer": "...", "artifact": base64}
// and answers {"ok": true, "identity": ...} or {"ok": false, "reason": ...}, each on a line of its own. The first
// argument is the directory whose node_modules holds the packages.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';

const require = createRequire(resolve(process.argv[2], 'package.json'));
const { bundleFromJSON } = require('@sigstore/bundle');
const { TrustedRoot } = require('@sigstore/protobuf-specs');
const { Verifier, toSignedEntity, toTrustMaterial } = require('@sigstore/verify');

function verify({ bundle, root, keys = {}, identity, issuer, artifact }) {
  const known = Object.fromEntries(
    Object.entries(keys).map(([hint, key]) => [hint, { rawBytes: Buffer.from(key, 'base64') }]),
  );
  const trusted = toTrustMaterial(TrustedRoot.fromJSON(root), known);
  const signed = toSignedEntity(
    bundleFromJSON(bundle),
    artifact === undefined ? undefined : Buffer.from(artifact, 'base64'),
  );
  // The library takes the identity for a pattern.
  const exact = identity && `^${identity.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
  const policy = identity && { subjectAlternativeName: exact, extensions: { issuer } };
  return new Verifier(trusted).verify(signed, policy);
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const signer = verify(JSON.parse(line));
    answer = { ok: true, identity: signer.identity?.subjectAlternativeName ?? null };
  } catch (error) {
    answer = { ok: false, reason: `${error.code ?? error.name}: ${error.message}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

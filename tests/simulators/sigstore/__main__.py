"""`python -m tests.simulators.sigstore --state DIR [--port 8700] [--rekor-version 1|2]`: an instance to play with.

Prints one line of JSON (addresses, and the paths of its trust documents), then serves until interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os

from tests.simulators.sigstore.instance import LoopbackSigstore


def main() -> None:
    """Serve one instance in this process."""
    parser = argparse.ArgumentParser(description="Serve a Sigstore instance on 127.0.0.1.")
    parser.add_argument("--state", required=True, help="the folder for keys, logs and trust documents")
    parser.add_argument("--port", type=int, default=8700, help="0 picks a free one")
    parser.add_argument("--rekor-version", type=int, choices=(1, 2), help="both, unless given")
    options = parser.parse_args()
    instance = LoopbackSigstore(options.state, options.port, options.rekor_version)
    summary = {
        "url": instance.url,
        "issuer": instance.issuer,
        "trust_config": str(instance.write_trust(options.state)),
        "tuf_url": instance.tuf_url,
        "tuf_root": str(instance.build_tuf()),
        "pid": os.getpid(),
    }
    print(json.dumps(summary), flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        instance.server.serve_forever()


if __name__ == "__main__":
    main()

"""Whatever holds a private key: a file, a token, a key service. One file each, opened by `attest.signing.open`."""

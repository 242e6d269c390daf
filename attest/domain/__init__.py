"""The nouns of `attest`: values without I/O, clock or network. Standard library only."""

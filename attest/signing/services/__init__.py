"""What signing asks of others over the network, each call bounded and named; nothing that verifies comes here."""

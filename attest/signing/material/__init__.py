"""What vouches for a signature besides its key: certificates, timestamps, log entries, and the anchors they lead to."""

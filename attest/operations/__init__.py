"""One function per verb, where the rooms meet. The command line, the service and Python callers use the same ones."""

"""The parts of scripts/make_scan_corpus.py, one a framework; they run in its environment only."""

"""What lies around the weights: configurations, templates, source code, notebooks, programs, secrets."""

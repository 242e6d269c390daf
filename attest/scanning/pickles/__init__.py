"""Pickles and what holds them: a machine over inert values, and the layouts of torch, joblib and NumPy."""

"""Keras models: archives and HDF5 files, and the configuration in them."""

"""Graphs and tensors in formats without pickles: ONNX, TensorFlow, TFLite, Core ML, GGUF, safetensors, R data."""

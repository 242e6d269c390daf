"""What could run when a model is loaded: files → findings. Nothing here imports, calls or unpickles what it reads."""

"""Makes the encoder of `analysis.encoder`: `make train`. Needs requirements-train.txt."""

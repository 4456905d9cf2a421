"""The commands of `python -m etl`, one module each; each adds itself by `register(app)`."""

"""The commands of `python -m geodata`, one module each; a module registers itself on the command-line app."""

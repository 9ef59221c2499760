"""Writes what follows from abi/: `python -m generate` in shims/python after each change of schemas or verbs."""

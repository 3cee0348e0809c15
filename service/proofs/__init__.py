"""Proofs that a log is as it was: hashes, tiles, proofs, signed notes and checkpoints, by the field's own formats.

Pure, and nothing of the service is imported here: whoever checks an export offline needs this package, the standard
library and `cryptography` (`python -m service.proofs FILE KEY`).
"""

"""What lets others check the log: its tree, the checkpoints signed of it, and proofs. The checking is in proofs/."""

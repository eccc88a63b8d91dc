"""Proofs: of what `hw/formal` says, of netlists against the RTL, of mutants that are said to be equivalent."""

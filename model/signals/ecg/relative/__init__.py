"""Counts of a beat relative to what is usual for its patient: for patients that a network has never seen."""

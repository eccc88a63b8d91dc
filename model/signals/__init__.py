"""Signals, a room for each kind: where its records come from, its classes, and how it becomes counts."""

"""Detected beats, scored as a cardiologist's tools do: by time first, and then by class."""

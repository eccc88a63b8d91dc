"""Heartbeats: MIT-BIH (or generated records), beats with their classes, splits of them, and the encoder to counts.

From file to counts: ``records``, ``beats``, ``splits``, ``encoding``; ``testset`` is all of it for a given network.
wfdb and its pandas are imported where a file is read or written, and nowhere else.
"""

"""The MIT-BIH Arrhythmia Database: its records, how it was digitised, and the classes of its beats."""

from __future__ import annotations

DATABASE = "mitdb"
SAMPLING_RATE = 360  # Hz
RESOLUTION = 11  # bits of a code
GAIN = 200  # codes per mV
ZERO = 2 ** (RESOLUTION - 1)  # the code of 0 mV

DS1 = (
    "101", "106", "108", "109", "112", "114", "115", "116", "118", "119", "122",
    "124", "201", "203", "205", "207", "208", "209", "215", "220", "223", "230",
)  # fmt: skip
DS2 = (
    "100", "103", "105", "111", "113", "117", "121", "123", "200", "202", "210",
    "212", "213", "214", "219", "221", "222", "228", "231", "232", "233", "234",
)  # fmt: skip
PACED = ("102", "104", "107", "217")
UNPACED = tuple(sorted(DS1 + DS2))
RECORDS = tuple(sorted(UNPACED + PACED))

# ANSI/AAMI EC57: the five classes of beats, and the annotation symbols that belong to each.
# An annotation with any other symbol (a change of rhythm, noise, a flutter wave) is not a beat. MIT-BIH has no
# B, n, r and ?, which other databases use: without them, intervals would run over beats.
AAMI = {"N": "NLRBejn", "S": "AaJS", "V": "VEr", "F": "F", "Q": "/fQ?"}
CLASS_OF_SYMBOL = {symbol: name for name, symbols in AAMI.items() for symbol in symbols}

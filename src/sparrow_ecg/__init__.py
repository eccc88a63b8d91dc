"""An open, verified, ultra-low-power heartbeat classifier: from ECG records to RTL and energy."""

from importlib.metadata import version

__version__ = version("sparrow-ecg")

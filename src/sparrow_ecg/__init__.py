"""An open, verified, ultra-low-power heartbeat classifier: from ECG records to RTL and energy."""


def __getattr__(name: str) -> str:
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version  # takes longer to import than all of `hw.config`

    return version("sparrow-ecg")

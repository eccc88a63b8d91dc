"""Networks of integers: layers (``dense``, ``convolution``), inputs, the network itself, its file, and what it computes
(``golden``).

Everything that hardware is made from; light to import: numpy alone.
"""

from sparrow_ecg.model.network.convolution import Convolution, Map, Pooling
from sparrow_ecg.model.network.dense import Dense, Firing, signed_bits
from sparrow_ecg.model.network.file import NETWORKS, SEEDS
from sparrow_ecg.model.network.inputs import DirectCounts, PictureCounts
from sparrow_ecg.model.network.network import Network, from_json

__all__ = [
    "NETWORKS",
    "SEEDS",
    "Convolution",
    "Dense",
    "DirectCounts",
    "Firing",
    "Map",
    "Network",
    "PictureCounts",
    "Pooling",
    "from_json",
    "signed_bits",
]

"""Networks of integers: layers (``dense``), inputs, the network itself, its file, and the golden model (``golden``).

Everything that hardware is made from; light to import: numpy alone.
"""

from sparrow_ecg.model.network.dense import Dense, Firing, signed_bits
from sparrow_ecg.model.network.file import NETWORKS, SEEDS
from sparrow_ecg.model.network.inputs import DirectCounts
from sparrow_ecg.model.network.network import Network, from_json

__all__ = ["NETWORKS", "SEEDS", "Dense", "DirectCounts", "Firing", "Network", "from_json", "signed_bits"]

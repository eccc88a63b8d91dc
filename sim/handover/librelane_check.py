"""Run by a Python that has LibreLane: its own loader reads the config.json named, and its own parser the pins.

Without a PDK: variables that come from one are left out, all others are checked by name, type and file.
"""

import sys
import tempfile
from pathlib import Path

import librelane
from librelane.config import Config, universal_flow_config_variables
from librelane.flows import Flow

given = Path(sys.argv[1])
known = {v.name: v for step in Flow.factory.get("Classic").Steps for v in step.config_vars}
known |= {v.name: v for v in universal_flow_config_variables}
checked = [v for v in known.values() if not v.pdk or v.name == "STD_CELL_LIBRARY"]
config, _folder = Config.load(str(given), checked, pdk_root=tempfile.gettempdir(), _load_pdk_configs=False)
sys.path.insert(0, str(Path(librelane.__path__[0]) / "scripts" / "odbpy"))
from ioplace_parser import parse  # noqa: E402

pins = [pin for side in parse(Path(config["IO_PIN_ORDER_CFG"]).read_text()).values() for pin in side.pins]
print(f"LibreLane loads {given}: {len(checked)} variables known, {config['DESIGN_NAME']}, {len(pins)} pins in order")

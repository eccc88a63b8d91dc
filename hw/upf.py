"""The power intent of a power gated core for other people's tools, as IEEE 1801-2013 (UPF 2.1)."""

from __future__ import annotations

from collections.abc import Sequence

TEXT = """\
# Power intent of {top}: IEEE 1801-2013. Generated with its Verilog, which works without this file.
upf_version 2.1
set_design_top {top}

create_supply_port VDD -direction in
create_supply_port VSS -direction in
create_supply_net VDD
create_supply_net VSS
create_supply_net VDD_SWITCHED
connect_supply_net VDD -ports VDD
connect_supply_net VSS -ports VSS
create_supply_set always_supply -function {{power VDD}} -function {{ground VSS}}
create_supply_set switched_supply -function {{power VDD_SWITCHED}} -function {{ground VSS}}

create_power_domain ALWAYS_ON -elements {{.}} -supply {{primary always_supply}}
create_power_domain SWITCHED -elements {{{core}}} -supply {{primary switched_supply}}

create_power_switch header -domain ALWAYS_ON \\
    -input_supply_port {{in VDD}} -output_supply_port {{out VDD_SWITCHED}} \\
    -control_port {{close {controller}/power}} \\
    -on_state {{on in {{close}}}} -off_state {{off {{!close}}}}

# Isolation is in the Verilog already, instance {isolation}: with cells inserted by this strategy, that may go.
set_isolation clamps -domain SWITCHED -isolation_supply always_supply -applies_to outputs -location parent \\
    -isolation_signal {controller}/isolate -isolation_sense high -clamp_value 0

# Nothing is retained: there is no state to be kept from beat to beat, and the controller resets the core.

add_power_state -supply switched_supply \\
    -state {{ON -supply_expr {{power == FULL_ON && ground == FULL_ON}}}} \\
    -state {{OFF -supply_expr {{power == OFF && ground == FULL_ON}} -simstate CORRUPT}}
"""


def power_intent(top: str, core_path: Sequence[str]) -> str:
    """UPF of a design whose core is the instance ``core_path``, with its controller and isolation beside it."""
    *holder, core = core_path
    paths = {name: "/".join((*holder, name)) for name in ("controller", "isolation")}
    return TEXT.format(top=top, core="/".join((*holder, core)), **paths)

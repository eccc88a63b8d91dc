"""Where each cell of a netlist is, and how long its wires are."""

"""What must hold of the RTL for all inputs, as circuits that watch it. `sim/formal` proves it."""

"""Cores on FPGAs, with Yosys and nextpnr."""

"""What a chip designer takes away: Verilog that stands alone, its testbench, and files for a layout flow."""

"""Silicon figures: synthesis onto open standard cells, timing, gate-level simulation, and energy from the cells."""

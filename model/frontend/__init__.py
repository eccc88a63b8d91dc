"""From ADC codes to the counts of heartbeats, as they stream in: the golden model of what stands before the core."""

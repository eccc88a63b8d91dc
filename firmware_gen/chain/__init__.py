"""From ADC samples to decisions in C, for a microcontroller without the chip: generated, compiled, checked."""

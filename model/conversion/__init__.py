"""From trained floats to integers, a file for each kind of neuron that they are to fire as. Plain numpy."""

"""What is computed, in integers and without hardware: signals, networks, their golden model, and how they are made.

signals:    records become beats, beats become counts.
network:    layers of integers, their file, and the golden model of what they compute.
training:   where networks come from; the only room that needs torch.
conversion: from floats to the integers of a kind of neuron.
networks:   the shipped ones, as files.

It imports nothing of the other packages.
"""

"""Conversion of trained networks into spiking ones: threshold balancing, CQ, CQ+, VR-encoding. In torch.

A network is a `graph` of layers with places where it fires. What fires there is chosen when it is run: a rectifier, a
clamp or a staircase while it trains (`activations`); and, once it is integers (`integers`), the counts of a window at
once, or neurons step by step (`simulate`). So a float network, its quantised form and its spiking form are one graph.
"""

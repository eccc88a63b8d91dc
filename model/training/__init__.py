"""Training, needs torch: ``recipes`` (without it) say what, ``floats`` and ``integers`` are the two parts, ``fit`` runs
them, ``together`` for many networks at once; ``tuning`` goes on from a trained network with a patient's own beats."""

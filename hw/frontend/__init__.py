"""The front end in hardware: from samples to a network's counts. Its golden model, file by file: `model/frontend`."""

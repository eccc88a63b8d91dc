"""EEG: recordings of DEAP and eegmmidb, cut into segments whose spectra are pictures; how they are split."""

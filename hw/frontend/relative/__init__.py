"""Inputs relative to what is usual for the patient, in hardware: twins of `model/signals/ecg/relative`."""

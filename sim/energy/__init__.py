"""Energy per beat by formula: operations, counted in the RTL or predicted, times constants."""

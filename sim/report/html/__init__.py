"""Pages to look at in a browser, each one file that needs no network."""

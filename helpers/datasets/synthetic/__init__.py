"""Stand-ins for the real data sets, drawn by code from a seed: no file, no network, learnable in seconds."""

"""The runtime: what emitted code and users run; it knows no compiler."""

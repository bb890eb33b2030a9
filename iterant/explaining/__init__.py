"""What a linear scheme does to waves: amplification, dispersion, stability region, next terms."""

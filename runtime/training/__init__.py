"""Training an emitted module: batches, the driver of the optimiser, and `train` itself."""

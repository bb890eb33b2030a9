"""Output: zarr, npz, VTI, images and films of a run."""

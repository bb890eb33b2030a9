"""The small trusted checker of certificates: the standard library only."""

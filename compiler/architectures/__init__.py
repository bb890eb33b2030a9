"""Architectures, an open set: Scheme to Graph."""

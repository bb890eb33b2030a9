"""Certificates, an open set: what is proved of a scheme, and with which constant."""

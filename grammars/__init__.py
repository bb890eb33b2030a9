"""The language as data: its grammar and its mistakes."""

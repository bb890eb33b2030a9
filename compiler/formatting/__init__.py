"""How a statement is written: where its spaces stand and where its lines break."""

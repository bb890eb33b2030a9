"""The compiler: text to syntax, model, scheme, graph and emitted code; it never loads torch."""

"""From text to syntax: cutting, tokens, tables, the LALR run, and what is said about a mistake."""

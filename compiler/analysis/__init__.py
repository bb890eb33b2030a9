"""Analysis: the syntax tree to the semantic model, all faults collected."""

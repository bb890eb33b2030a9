"""What peers do with a step that is too large: two problems, one function for each peer."""

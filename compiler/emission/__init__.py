"""Graph -> text: statements of routines, the plan as data, the frame by a template."""

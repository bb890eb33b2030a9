"""Time methods, an open set: one file each and one line in the table."""

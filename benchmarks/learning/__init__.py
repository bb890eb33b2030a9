"""What learned blocks reach: networks from schemes beside classical methods and other networks."""

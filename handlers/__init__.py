"""The service: hand-written behaviour behind the generated seam."""

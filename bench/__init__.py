"""Measurements on the demonstration press: `make bench`."""

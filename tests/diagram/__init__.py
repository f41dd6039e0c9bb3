"""Tests of diagrams, and the graphs that they draw."""

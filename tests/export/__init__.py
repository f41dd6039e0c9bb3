"""Tests of the graph as text for other programs."""

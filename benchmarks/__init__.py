"""Benchmarks: a generator of gateway traces, and a yard that compares the whole check with yardsticks in one run."""

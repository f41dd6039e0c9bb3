"""Seven cases as telemetry, as manifests, as a threat model and as source code: what lineage and three peers say of each.

`python -m benchmarks.compare` runs all four and prints the table of docs/explanation/comparison.md;
`python -m benchmarks.compare.spans` writes the spans of the cases anew.
"""

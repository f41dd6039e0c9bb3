"""Ledgers: what was bought, used, sold, paid and left over, from CSV or Parquet (docs/reference/ledgers.md).

    ledgers = read.read_ledgers([("upstream-invoices", "invoices.csv"), ("downstream-usage", "sold.parquet")])
    sums.totals(ledgers, "upstream-invoices", "tokens", ("model", "period"))

Everything is columns: a million rows take seconds and no Python object a row.
"""

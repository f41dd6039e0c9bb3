"""What an engineer does by hand when something is odd: a copy of a table on the own machine.

Run by a person, so it says that it is: an operator of a role, never a name.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import psycopg
from opentelemetry import trace
from psycopg import sql

from examples.gateway import telemetry
from examples.gateway.addresses import HERE, port
from lineage import instrument

DATABASE, TABLE, COPY = os.environ["DATABASE"], os.environ["TABLE"], Path(os.environ["COPY"])


@instrument.label(actor="human", role="sre", purpose="debugging")
def copy() -> None:
    """Read the table, and write it to a file here."""
    with (
        trace.get_tracer("debug").start_as_current_span("copy table"),
        psycopg.connect(
            host=DATABASE, hostaddr=HERE, port=port(DATABASE), dbname="gateway", user="gateway"
        ) as rows,
    ):
        found = rows.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(TABLE))).fetchall()
        with instrument.store("file", host="laptop-17", collection="debug-copy", direction="write"):
            COPY.write_text(json.dumps(found), "utf-8")


def main() -> None:
    """Copy once, and send the spans of it."""
    provider = telemetry.start()
    copy()
    provider.shutdown()

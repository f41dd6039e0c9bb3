"""Spans as a running service sends them: an OTLP/HTTP receiver, and what it comes to while it comes (DESIGN.md section 7).

    waiting = Waiting()
    with receiver(waiting, port=4318):
        ...
        flows = waiting.settled()

What is received is reduced to structure in the request that brings it: no content waits anywhere. Memory is bounded, and
where a bound is met, that is counted and told.
"""

from lineage.receive.live import Live, News
from lineage.receive.server import Receiver, receiver
from lineage.receive.waiting import Waiting

__all__ = ["Live", "News", "Receiver", "Waiting", "receiver"]

"""Strongly connected components, what each needs first: iterative, so that depth is no limit."""

from __future__ import annotations

from collections.abc import Sequence


def components(needs: Sequence[Sequence[int]]) -> list[list[int]]:
    """Components of a directed graph on 0..n-1, each after all those that it needs (Tarjan 1972).

    Args:
        needs: for each node, the nodes that must come before it.

    Returns:
        Lists of nodes, each ascending; a node that needs itself only is a component of one.

    >>> components([[1], [2], [1], []])
    [[1, 2], [0], [3]]
    """
    number = [-1] * len(needs)
    low = [0] * len(needs)
    on_stack = bytearray(len(needs))
    stack: list[int] = []
    found: list[list[int]] = []
    counter = 0
    for root in range(len(needs)):
        if number[root] >= 0:
            continue
        work = [(root, 0)]
        while work:
            node, at = work.pop()
            if at == 0:
                number[node] = low[node] = counter
                counter += 1
                stack.append(node)
                on_stack[node] = 1
            later = needs[node]
            while at < len(later):
                other = later[at]
                at += 1
                if number[other] < 0:
                    work.append((node, at))
                    work.append((other, 0))
                    break
                if on_stack[other] and number[other] < low[node]:
                    low[node] = number[other]
            else:
                if low[node] == number[node]:
                    component: list[int] = []
                    while True:
                        member = stack.pop()
                        on_stack[member] = 0
                        component.append(member)
                        if member == node:
                            break
                    found.append(sorted(component))
                if work and low[node] < low[work[-1][0]]:
                    low[work[-1][0]] = low[node]
    return found

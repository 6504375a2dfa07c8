"""The loops of routing: on plain arrays, run by Python as they stand or compiled, with the same results.

Nothing here imports numba: ``contraction.loop`` compiles a loop where the network is large and numba is installed.
Each is one body for that reason. Orders are total (cost, then number), so that no heap's whim shows.

A graph is told in slots: around node ``n`` lie the slots ``ptr[n]`` to ``ptr[n + 1]``, each with the node at its
other end and the cost of going there.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def peel(edges: Array, nodes: int) -> tuple[Array, Array, Array]:
    """Take dead ends off, leaf by leaf.

    Give how many edges are left at each node, the edge by which a node that went hung on the rest (-1: it stays),
    and those nodes in the order in which they went. A loop counts twice, so that its node stays.
    """
    degree = np.zeros(nodes, np.int64)
    last = np.zeros(nodes, np.int64)  # all edges left at a node, by exclusive or: where one is left, that one
    for e in range(len(edges)):
        for side in range(2):
            degree[edges[e, side]] += 1
            last[edges[e, side]] ^= e
    up = np.full(nodes, -1, np.int64)
    order = np.empty(nodes, np.int64)
    gone = 0
    for first in range(nodes):
        v = first
        while degree[v] == 1:
            e = last[v]
            w = edges[e, 1] if edges[e, 0] == v else edges[e, 0]
            up[v] = e
            order[gone] = v
            gone += 1
            degree[v] = 0
            degree[w] -= 1
            last[w] ^= e
            v = w
    return degree, up, order[:gone].copy()


def chains(edges: Array, ptr: Array, around: Array, degree: Array, up: Array) -> tuple[Any, ...]:
    """Make chains of the edges that are left, each from junction to junction.

    Give the number of each node among the junctions (-1: none), where it stands inside a chain (the next edge's
    place; -1: nowhere), and of the chains: first places, edges, sides (1: run from its end), junctions at both ends.
    A ring without a junction gets one: its lowest node.
    """
    nodes = len(ptr) - 1
    core = np.full(nodes, -1, np.int64)
    place = np.full(nodes, -1, np.int64)
    count = 0
    seen = np.zeros(len(edges), np.bool_)
    for u in range(nodes):
        if up[u] >= 0:
            seen[up[u]] = True
        elif degree[u] != 2:
            core[u] = count
            count += 1
    first = np.zeros(len(edges) + 1, np.int64)
    strung = np.empty(len(edges), np.int64)
    sides = np.empty(len(edges), np.int8)
    ends = np.empty((len(edges), 2), np.int64)
    made = 0
    at = 0
    for rings in range(2):
        for u in range(nodes):
            if rings == 1:
                if core[u] >= 0 or up[u] >= 0 or place[u] >= 0:
                    continue
                core[u] = count
                count += 1
            elif core[u] < 0:
                continue
            for k in range(ptr[u], ptr[u + 1]):
                e = around[k]
                if seen[e]:
                    continue
                here = u
                while True:
                    seen[e] = True
                    side = 0 if edges[e, 0] == here else 1
                    strung[at] = e
                    sides[at] = side
                    at += 1
                    here = edges[e, 1 - side]
                    if core[here] >= 0:
                        break
                    place[here] = at
                    for q in range(ptr[here], ptr[here + 1]):
                        if not seen[around[q]]:
                            e = around[q]
                            break
                ends[made, 0] = core[u]
                ends[made, 1] = core[here]
                made += 1
                first[made] = at
    return core, place, first[: made + 1].copy(), strung[:at].copy(), sides[:at].copy(), ends[:made].copy()


def tree(ptr: Array, other: Array, way: Array, roots: Array, at_cost: Array, most: float) -> tuple[Array, Array, Array]:
    """Search all round from some nodes with what they cost (Dijkstra 1959), as far as ``most``.

    Give costs (inf: not reached), the slot by which each node was reached (``-1 - i`` for root ``i``), and the nodes in
    the order in which they were reached.
    """
    nodes = len(ptr) - 1
    cost = np.full(nodes, np.inf)
    came = np.zeros(nodes, np.int64)
    order = np.empty(nodes, np.int64)
    done = np.zeros(nodes, np.bool_)
    reached = 0
    heap = [(0.0, 0)]
    heap.pop()
    for i in range(len(roots)):
        if at_cost[i] < cost[roots[i]]:
            cost[roots[i]] = at_cost[i]
            came[roots[i]] = -1 - i
            heappush(heap, (at_cost[i], roots[i]))
    while len(heap) > 0:
        g, u = heappop(heap)
        if done[u]:
            continue
        if g > most:
            break
        done[u] = True
        order[reached] = u
        reached += 1
        for k in range(ptr[u], ptr[u + 1]):
            v = other[k]
            new = g + way[k]
            if new < cost[v]:
                cost[v] = new
                came[v] = k
                heappush(heap, (new, v))
    return cost, came, order[:reached].copy()


def pair(
    ptr: Array,
    other: Array,
    way: Array,
    xy: Array,
    per_m: float,
    starts: Array,
    start_cost: Array,
    stops: Array,
    stop_cost: Array,
) -> tuple[float, int, int, Array]:
    """Search for one way (A*: Hart and others 1968), where no way costs less than ``per_m`` by straight metre.

    Give what it costs (inf: there is none), by which start and stop, and its slots in order.
    """
    nodes = len(ptr) - 1
    cost = np.full(nodes, np.inf)
    came = np.zeros(nodes, np.int64)
    best = np.inf
    last = -1
    heap = [(0.0, 0.0, 0)]
    heap.pop()
    for i in range(len(starts)):
        u = starts[i]
        if start_cost[i] < cost[u]:
            cost[u] = start_cost[i]
            came[u] = -1 - i
            heappush(heap, (start_cost[i], start_cost[i], u))
    while len(heap) > 0:
        f, g, u = heappop(heap)
        if f >= best:
            break
        if g > cost[u]:
            continue
        for i in range(len(stops)):
            if stops[i] == u and g + stop_cost[i] < best:
                best = g + stop_cost[i]
                last = i
        for k in range(ptr[u], ptr[u + 1]):
            v = other[k]
            new = g + way[k]
            if new < cost[v]:
                rest = np.inf
                for i in range(len(stops)):
                    x = xy[v, 0] - xy[stops[i], 0]
                    y = xy[v, 1] - xy[stops[i], 1]
                    far = per_m * np.sqrt(x * x + y * y) + stop_cost[i]
                    rest = min(rest, far)
                cost[v] = new
                came[v] = k
                if new + rest < best:
                    heappush(heap, (new + rest, new, v))
    slots = [0]
    slots.pop()
    if last < 0:
        return best, -1, -1, np.zeros(0, np.int64)
    u = stops[last]
    while came[u] >= 0:
        k = came[u]
        slots.append(k)
        u = np.searchsorted(ptr, k, side="right") - 1
    way_in = -1 - came[u]
    return best, way_in, last, np.array(slots[::-1], dtype=np.int64)


def expand(
    reached: Array,
    out: Array,
    edges: Array,
    there: Array,
    back: Array,
    first: Array,
    strung: Array,
    sides: Array,
    ends: Array,
    up: Array,
    order: Array,
) -> None:
    """Carry least costs from the junctions into the chains between them and the dead ends that hang there."""
    for c in range(len(ends)):
        g = reached[ends[c, 0]]
        for i in range(first[c], first[c + 1] - 1):
            e = strung[i]
            g += there[e] if sides[i] == 0 else back[e]
            v = edges[e, 1 - sides[i]]
            out[v] = min(out[v], g)
        g = reached[ends[c, 1]]
        for i in range(first[c + 1] - 1, first[c], -1):
            e = strung[i]
            g += back[e] if sides[i] == 0 else there[e]
            v = edges[e, sides[i]]
            out[v] = min(out[v], g)
    for i in range(len(order) - 1, -1, -1):
        v = order[i]
        e = up[v]
        if edges[e, 0] == v:
            out[v] = min(out[v], out[edges[e, 1]] + back[e])
        else:
            out[v] = min(out[v], out[edges[e, 0]] + there[e])


def fronts(
    ptr: Array,
    other: Array,
    one: Array,
    two: Array,
    rest_one: Array,
    rest_two: Array,
    starts: Array,
    start_cost: Array,
    stops: Array,
    stop_cost: Array,
    direct: Array,
    share: float,
) -> tuple[Array, Array, Array]:
    """Search for the ways of which none is better in one cost and not worse in the other.

    With a ``share`` of 1 all of them (BOA*: Hernandez and others 2020). With less (1 / (1 + tolerance)) a label stands
    for others at its node too: it keeps, beside its own costs, the least of each of theirs, and stands for no other
    where its own costs with the rest of the way would exceed those by the tolerance (apexes: Zhang and others 2022).
    What follows adds the same to both, so that the excess never grows, however often labels are taken together.

    ``rest_one`` and ``rest_two`` are least costs to the goal. Give by label the label before it and the slot by which
    it came (after the slots come the starts, the stops and the direct ways), and the labels that reached the goal.
    """
    goal = len(ptr) - 1
    slots = len(other)
    near = share < 1.0
    best = np.full(goal + 1, np.inf)  # least second cost of what was expanded at a node: what it stands for
    newest = np.full(goal + 1, -1)  # waiting labels by node, where they are taken together
    g1 = [0.0]
    g2 = [0.0]
    least1 = [0.0]
    least2 = [0.0]
    node = [0]
    before = [0]
    came = [0]
    older = [0]
    out = [0]
    g1.pop()
    g2.pop()
    least1.pop()
    least2.pop()
    node.pop()
    before.pop()
    came.pop()
    older.pop()
    out.pop()
    heap = [(0.0, 0.0, 0)]
    heap.pop()
    for i in range(len(direct) + len(starts)):
        if i < len(direct):
            a1 = direct[i, 0]
            a2 = direct[i, 1]
            u = goal
            f1 = a1
            f2 = a2
            k = slots + len(starts) + len(stops) + i
        else:
            j = i - len(direct)
            a1 = start_cost[j, 0]
            a2 = start_cost[j, 1]
            u = starts[j]
            f1 = a1 + rest_one[u]
            f2 = a2 + rest_two[u]
            k = slots + j
        if f1 < np.inf and f2 < np.inf:
            heappush(heap, (f1, f2, len(node)))
            g1.append(a1)
            g2.append(a2)
            before.append(-1)
            came.append(k)
            if near:
                least1.append(a1)
                least2.append(a2)
                older.append(newest[u])
                newest[u] = len(node)
            node.append(u)
    while len(heap) > 0:
        f1, f2, label = heappop(heap)
        u = node[label]
        if u < 0:
            continue
        if near:
            a1 = least1[label]
            a2 = least2[label]
            node[label] = -1
            if a2 >= best[u] or f2 >= best[goal]:
                continue
            node[label] = u
            h1 = 0.0 if u == goal else rest_one[u]
            h2 = 0.0 if u == goal else rest_two[u]
            stands = label
            m = newest[u]
            while m >= 0:
                fits = node[m] >= 0 and (g1[m] + h1) * share <= f1
                if fits and (g2[m] < g2[stands] or (g2[m] == g2[stands] and m < stands)):
                    stands = m
                m = older[m]
            least = (g2[stands] + h2) * share
            m = newest[u]
            kept = -1
            while m >= 0:
                after = older[m]
                if node[m] >= 0:
                    if m == label or least2[m] + h2 >= least:
                        a2 = min(a2, least2[m])
                        node[m] = -1
                    else:
                        older[m] = kept
                        kept = m
                m = after
            newest[u] = kept
            label = stands
        else:
            a1 = g1[label]
            a2 = g2[label]
            if a2 >= best[u] or f2 >= best[goal]:
                continue
        best[u] = a2
        if u == goal:
            out.append(label)
            if near:
                best[goal] = min(a2, g2[label] * share)
            continue
        for i in range(len(stops)):
            if stops[i] == u:
                b1 = a1 + stop_cost[i, 0]
                b2 = a2 + stop_cost[i, 1]
                if b1 < np.inf and b2 < best[goal]:
                    heappush(heap, (b1, b2, len(node)))
                    g1.append(g1[label] + stop_cost[i, 0])
                    g2.append(g2[label] + stop_cost[i, 1])
                    before.append(label)
                    came.append(slots + len(starts) + i)
                    if near:
                        least1.append(b1)
                        least2.append(b2)
                        older.append(newest[goal])
                        newest[goal] = len(node)
                    node.append(goal)
        for k in range(ptr[u], ptr[u + 1]):
            v = other[k]
            b2 = a2 + two[k]
            if b2 >= best[v]:
                continue
            f2 = b2 + rest_two[v]
            if f2 >= best[goal]:
                continue
            b1 = a1 + one[k]
            f1 = b1 + rest_one[v]
            if f1 < np.inf:
                heappush(heap, (f1, f2, len(node)))
                g1.append(g1[label] + one[k])
                g2.append(g2[label] + two[k])
                before.append(label)
                came.append(k)
                if near:
                    least1.append(b1)
                    least2.append(b2)
                    older.append(newest[v])
                    newest[v] = len(node)
                node.append(v)
    return np.array(before, dtype=np.int64), np.array(came, dtype=np.int64), np.array(out, dtype=np.int64)


def trace(before: Array, came: Array, out: Array) -> tuple[Array, Array]:
    """Give the slots of the ways that end in labels, one after the other, and where each begins."""
    first = np.zeros(len(out) + 1, np.int64)
    for i in range(len(out)):
        label = out[i]
        steps = 0
        while label >= 0:
            steps += 1
            label = before[label]
        first[i + 1] = first[i] + steps
    slots = np.empty(first[-1], np.int64)
    for i in range(len(out)):
        label = out[i]
        at = first[i + 1]
        while label >= 0:
            at -= 1
            slots[at] = came[label]
            label = before[label]
    return slots, first


def without(
    ptr: Array,
    other: Array,
    way: Array,
    chain: Array,
    number: int,
    starts: Array,
    start_cost: Array,
    stops: Array,
    stop_cost: Array,
    by_start: int,
    by_stop: int,
    slots: Array,
    from_start: Array,
    came: Array,
    order: Array,
    to_stop: Array,
) -> Array:
    """Give what is left when a piece of the least way closes: start, slots, stop (Malik and others 1989).

    ``from_start`` (with ``came`` and ``order``) and ``to_stop`` are the trees from both ends. Costs must be the same
    both ways: else a way back from behind a closed piece could lead through it. Closed edges of equal costs do no harm:
    where a least way to the goal runs through the closed piece from behind it, another one does not.
    """
    nodes = len(ptr) - 1
    pieces = len(slots) + 2
    mark = np.full(nodes, -1, np.int64)  # after so many pieces the tree leaves the way
    mark[starts[by_start]] = 1
    for i in range(len(slots)):
        mark[other[slots[i]]] = i + 2
    for u in order:
        if mark[u] < 0:
            if came[u] < 0:
                mark[u] = 0
            else:
                mark[u] = mark[np.searchsorted(ptr, came[u], side="right") - 1]
    used = np.zeros(number, np.bool_)
    for k in slots:
        used[chain[k]] = True
    costs = [0.0]
    lows = [0]
    highs = [0]
    costs.pop()
    lows.pop()
    highs.pop()
    for i in range(len(starts)):
        v = starts[i]
        if i != by_start and mark[v] > 0:
            costs.append(start_cost[i] + to_stop[v])
            lows.append(0)
            highs.append(mark[v])
    for i in range(len(stops)):
        u = stops[i]
        if i != by_stop and mark[u] >= 0:
            costs.append(from_start[u] + stop_cost[i])
            lows.append(mark[u])
            highs.append(pieces)
    for u in order:
        for k in range(ptr[u], ptr[u + 1]):
            v = other[k]
            if mark[v] > mark[u] and not used[chain[k]]:
                costs.append(from_start[u] + way[k] + to_stop[v])
                lows.append(mark[u])
                highs.append(mark[v])
    out = np.full(pieces, np.inf)
    free = np.arange(pieces + 1)  # the next piece that has no cost yet
    for i in np.argsort(np.array(costs), kind="mergesort"):
        at = lows[i]
        while True:
            top = at
            while free[top] != top:
                top = free[top]
            while free[at] != at:
                after = free[at]
                free[at] = top
                at = after
            if top >= highs[i]:
                break
            out[top] = costs[i]
            free[top] = top + 1
            at = top + 1
    return out


def bridges(ptr: Array, other: Array, chain: Array, number: int) -> Array:
    """Tell of each chain whether the network hangs together by it alone (Tarjan 1974)."""
    nodes = len(ptr) - 1
    out = np.zeros(number, np.bool_)
    found = np.full(nodes, -1, np.int64)
    low = np.zeros(nodes, np.int64)
    by = np.full(nodes, -1, np.int64)
    from_node = np.full(nodes, -1, np.int64)
    at = ptr[:-1].copy()
    count = 0
    for root in range(nodes):
        if found[root] >= 0:
            continue
        found[root] = count
        low[root] = count
        count += 1
        u = root
        while u >= 0:
            k = at[u]
            if k < ptr[u + 1]:
                at[u] += 1
                v = other[k]
                if chain[k] == by[u]:
                    continue
                if found[v] < 0:
                    found[v] = count
                    low[v] = count
                    count += 1
                    by[v] = chain[k]
                    from_node[v] = u
                    u = v
                else:
                    low[u] = min(low[u], found[v])
            else:
                p = from_node[u]
                if p >= 0:
                    low[p] = min(low[p], low[u])
                    if low[u] > found[p]:
                        out[by[u]] = True
                u = p
    return out

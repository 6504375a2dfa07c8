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


def reduced(nodes: int, ends: Array, edges: Array, given: Array, most: int) -> tuple[Any, ...]:
    """Take nodes out of a graph with two costs, those with few edges first, and join what met there by new edges.

    Two edges are joined only where no other is as good in both costs (Geisberger and others 2012): between the nodes
    that stay, the ways of which none is worse stay. ``ends`` stay, and what has more than ``most`` edges.

    Edge ``e`` is run through ahead as ``2 e`` and back as ``2 e + 1``; ``given`` has the costs of each run. Give of
    what stays by node (``ends`` stand last) its first run, the runs away from it and the nodes that they lead to; of
    all runs the costs; of all edges the two runs that they are made of (-1: none) and the number of given edges in
    them.
    """
    made = len(edges)
    room = 3 * made
    cost = np.empty((2 * room, 2))
    run = np.empty((2 * room, 2), np.int32)  # where it leads (-1: gone), and the next from the same node
    parts = np.empty((room, 3), np.int32)
    parts[:made] = -1
    parts[:made, 2] = 1
    around = np.full(nodes, -1, np.int32)
    degree = np.zeros(nodes, np.int32)
    stays = np.zeros(nodes, np.bool_)
    stays[ends] = True
    here = np.empty((most, 2), np.int32)
    for e in range(made):
        for k in range(2 * e, 2 * e + 2):
            none = max(given[k, 0], given[k, 1]) == np.inf
            cost[k, 0] = np.inf if none else given[k, 0]
            cost[k, 1] = np.inf if none else given[k, 1]
        for side in range(2):
            k = 2 * e + side
            run[k, 0] = -1
            if min(cost[k, 0], cost[k ^ 1, 0]) < np.inf:
                u = edges[e, side]
                run[k, 0] = edges[e, 1 - side]
                run[k, 1] = around[u]
                around[u] = k
                degree[u] += 1
    for few in range(2, most + 1):
        for u in range(nodes):
            if stays[u] or degree[u] > few or made + few * few > room:
                continue
            stays[u] = True
            count = 0
            k = around[u]
            while k >= 0:
                v = run[k, 0]
                if v >= 0:
                    here[count, 0] = k
                    here[count, 1] = v
                    count += 1
                    degree[v] -= 1
                    run[k, 0] = -1
                    run[k ^ 1, 0] = -1
                k = run[k, 1]
            degree[u] = 0
            for i in range(count):
                for j in range(i):
                    left = here[i, 0] ^ 1
                    right = here[j, 0]
                    a = here[i, 1]
                    b = here[j, 1]
                    if degree[b] < degree[a]:
                        left = here[j, 0] ^ 1
                        right = here[i, 0]
                        a = b
                        b = here[i, 1]
                    ahead_1 = cost[left, 0] + cost[right, 0]
                    ahead_2 = cost[left, 1] + cost[right, 1]
                    back_1 = cost[left ^ 1, 0] + cost[right ^ 1, 0]
                    back_2 = cost[left ^ 1, 1] + cost[right ^ 1, 1]
                    worse = a == b or min(ahead_1, back_1) == np.inf
                    last = -1
                    k = around[a]
                    while k >= 0 and not worse:
                        if run[k, 0] == b:
                            one = cost[k, 0] <= ahead_1 and cost[k, 1] <= ahead_2
                            other = cost[k, 0] >= ahead_1 and cost[k, 1] >= ahead_2
                            if one and cost[k ^ 1, 0] <= back_1 and cost[k ^ 1, 1] <= back_2:
                                worse = True
                            elif other and cost[k ^ 1, 0] >= back_1 and cost[k ^ 1, 1] >= back_2:
                                run[k, 0] = -1
                                run[k ^ 1, 0] = -1
                                degree[a] -= 1
                                degree[b] -= 1
                        if run[k, 0] >= 0:
                            last = k
                        elif last < 0:
                            around[a] = run[k, 1]
                        else:
                            run[last, 1] = run[k, 1]
                        k = run[k, 1]
                    if worse:
                        continue
                    k = 2 * made
                    cost[k, 0] = ahead_1
                    cost[k, 1] = ahead_2
                    cost[k + 1, 0] = back_1
                    cost[k + 1, 1] = back_2
                    run[k, 0] = b
                    run[k, 1] = around[a]
                    run[k + 1, 0] = a
                    run[k + 1, 1] = around[b]
                    around[a] = k
                    around[b] = k + 1
                    degree[a] += 1
                    degree[b] += 1
                    parts[made, 0] = left
                    parts[made, 1] = right
                    parts[made, 2] = parts[left >> 1, 2] + parts[right >> 1, 2]
                    made += 1
    left_over = degree > 0
    left_over[ends] = True
    name = np.cumsum(left_over) - 1
    ptr = np.zeros(name[-1] + 2, np.int64)
    ptr[1:] = np.cumsum(degree[left_over])
    runs = np.empty(ptr[-1], np.int64)
    far = np.empty(ptr[-1], np.int64)
    at = 0
    for u in range(nodes):
        k = around[u]
        while k >= 0:
            if run[k, 0] >= 0:
                runs[at] = k
                far[at] = name[run[k, 0]]
                at += 1
            k = run[k, 1]
    return ptr, runs, far, cost[: 2 * made], parts[:made]


def fronts(
    ptr: Array, other: Array, cost: Array, rest: Array, start: int, goal: int, most: Array, share: float
) -> tuple[Array, Array, Array]:
    """Search for the ways of which none is better in one cost and not worse in the other.

    With a ``share`` of 1 all of them (BOA*: Hernandez and others 2020). With less (1 / (1 + tolerance)) a label stands
    for others at its node too: it keeps, beside its own costs, the least of each of theirs, and stands for no other
    where its own costs with the rest of the way would exceed those by the tolerance (apexes: Zhang and others 2022).
    What follows adds the same to both, so that the excess never grows, however often labels are taken together.

    ``rest`` is the least of each cost to the goal, ``most`` what no way of the set exceeds. Labels that wait lie in
    buckets by their first cost; only those of the bucket at hand stand in order. A place in the queue is used again,
    so that the queue stays small. Give by label that was looked on from the one before it and the slot by which it
    came, and those that reached the goal.
    """
    near = share < 1.0
    nodes = len(ptr) - 1
    best = np.full(nodes, np.inf)  # least second cost of what was expanded at a node: what it stands for
    best[goal] = most[1]
    newest = np.full(nodes, -1)  # waiting labels by node, where they are taken together
    buckets = 4 * len(other)
    waiting = np.full(buckets + 1, -1, np.int32)
    low = rest[start, 0]
    scale = buckets / (most[0] - low) if most[0] > low else 0.0
    room = 1024
    least = np.empty((room, 2))  # what a label stands for
    own = np.empty((room, 2)) if near else least
    # its node (-1: taken together with another), the next in its bucket or next free place, the label before, the slot
    link = np.empty((room, 4), np.int32)
    older = np.empty(room, np.int64)
    done = np.empty((room, 2), np.int32)
    number = 0
    out = [0]
    out.pop()
    least[0] = 0.0
    own[0] = 0.0
    link[0] = -1
    link[0, 0] = start
    older[0] = -1
    newest[start] = 0
    waiting[0] = 0
    free = -1
    made = 1
    bucket = 0
    heap = [(0.0, 0.0, 0)]
    heap.pop()
    while True:
        if len(heap) == 0:
            while bucket <= buckets and waiting[bucket] < 0:
                bucket += 1
            if bucket > buckets:
                break
            label = waiting[bucket] + 0  # widens the number, which a heap of one type asks for
            bucket += 1
            while label >= 0:
                follows = link[label, 1] + 0
                u = link[label, 0]
                f2 = least[label, 1] + rest[u, 1]
                if u >= 0 and least[label, 1] < best[u] and f2 < best[goal]:
                    heappush(heap, (least[label, 0] + rest[u, 0], f2, label))
                elif not near:
                    link[label, 1] = free
                    free = label
                else:
                    link[label, 0] = -1
                label = follows
            continue
        f1, f2, label = heappop(heap)
        u = link[label, 0]
        if u < 0:
            continue
        a1 = least[label, 0]
        a2 = least[label, 1]
        if not near:
            link[label, 1] = free
            free = label
        if a2 >= best[u] or f2 >= best[goal]:
            link[label, 0] = -1
            continue
        if near:
            stands = label
            m = newest[u]
            while m >= 0:
                fits = link[m, 0] >= 0 and (own[m, 0] + rest[u, 0]) * share <= f1
                if fits and (own[m, 1] < own[stands, 1] or (own[m, 1] == own[stands, 1] and m < stands)):
                    stands = m
                m = older[m]
            fit = (own[stands, 1] + rest[u, 1]) * share
            m = newest[u]
            kept = -1
            while m >= 0:
                follows = older[m]
                if link[m, 0] >= 0:
                    if m == label or least[m, 1] + rest[u, 1] >= fit:
                        a2 = min(a2, least[m, 1])
                        link[m, 0] = -1
                    else:
                        older[m] = kept
                        kept = m
                m = follows
            newest[u] = kept
            label = stands
        best[u] = a2
        if number == len(done):
            done = np.concatenate((done, np.empty_like(done)))
        done[number, 0] = link[label, 2]
        done[number, 1] = link[label, 3]
        number += 1
        if u == goal:
            out.append(number - 1)
            if near:
                best[goal] = min(a2, own[label, 1] * share)
            continue
        g1 = own[label, 0]
        g2 = own[label, 1]
        for k in range(ptr[u], ptr[u + 1]):
            v = other[k]
            b2 = a2 + cost[k, 1]
            if b2 >= best[v]:
                continue
            f2 = b2 + rest[v, 1]
            b1 = a1 + cost[k, 0]
            f1 = b1 + rest[v, 0]
            if f2 >= best[goal] or f1 > most[0]:
                continue
            m = free
            if m >= 0:
                free = link[m, 1]
            else:
                m = made
                made += 1
                if m == len(least):
                    least = np.concatenate((least, np.empty_like(least)))
                    own = np.concatenate((own, np.empty_like(own))) if near else least
                    link = np.concatenate((link, np.empty_like(link)))
                    older = np.concatenate((older, np.empty_like(older)))
            least[m, 0] = b1
            least[m, 1] = b2
            link[m, 0] = v
            link[m, 2] = number - 1
            link[m, 3] = k
            if near:
                own[m, 0] = g1 + cost[k, 0]
                own[m, 1] = g2 + cost[k, 1]
                older[m] = newest[v]
                newest[v] = m
            b = int((f1 - low) * scale)
            if b < bucket:
                heappush(heap, (f1, f2, m))
            else:
                link[m, 1] = waiting[b]
                waiting[b] = m
    return done[:number, 0].copy(), done[:number, 1].copy(), np.array(out, dtype=np.int64)


def trace(before: Array, came: Array, out: Array, parts: Array) -> tuple[Array, Array]:
    """Give the runs through given edges of the ways that end in labels, one way after the other, and where each begins.

    ``came`` is by label the run by which it came, and ``parts`` what :func:`reduced` gives.
    """
    first = np.zeros(len(out) + 1, np.int64)
    for i in range(len(out)):
        label = out[i]
        first[i + 1] = first[i]
        while before[label] >= 0:
            first[i + 1] += parts[came[label] >> 1, 2]
            label = before[label]
    runs = np.empty(first[-1], np.int64)
    for i in range(len(out)):
        label = out[i]
        at = first[i + 1]
        while before[label] >= 0:
            at -= parts[came[label] >> 1, 2]
            runs[at] = came[label]
            label = before[label]
        for at in range(first[i], first[i + 1]):
            while parts[runs[at] >> 1, 0] >= 0:
                back = runs[at] & 1
                e = runs[at] >> 1
                left = parts[e, back] ^ back
                runs[at] = left
                runs[at + parts[left >> 1, 2]] = parts[e, 1 - back] ^ back
    return runs, first


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

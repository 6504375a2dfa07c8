"""A trip by hand: as many ways, posts, closures and points as a test wants, with any words in them."""

from __future__ import annotations

import datetime as dt

from artimap.control.checkpoints.fees import Asked
from artimap.core.vocab import Audience, Passage, Per, Vehicle
from artimap.report.trip.content import (
    TripContent,
    TripHours,
    TripPassages,
    TripPiece,
    TripPost,
    TripPosts,
    TripRoad,
    TripStatus,
    TripStop,
    TripWay,
)
from artimap.risk.route_risk import RouteRisk

DAY = dt.date(2024, 10, 15)
NAMES = ("Saint-Marc", "Pont-Sondé", "Carrefour Paye", "Savien", "Dessalines", "Johanisse", "Gonaïves")


def post(n, word=""):
    lon, lat = (-72.6, 19.2 + n / 50) if n % 2 else (None, None)
    return TripPost(
        f"post-{n}", 9_000.0 * n if n < 5 else None, 9_000.0 * n if n < 5 else None, f"{word}Croix {n}", "toll",
        f"{word}Gran Grif", "active", n % 3 > 0, (Asked(Per.TRIP, "HTG", 1, 250.0, 500.0),), 5.0, 20.0, "unknown",
        dt.date(2024, 10, 1), 14, (f"{word}Radio {n}",), lon, lat,
    )  # fmt: skip


def way(n, word="", *, back=False, silent=12.0, **more):
    km = 55.0 + 10 * n
    told = RouteRisk(2.1, 1.0, 3.4, 0.7, 4.0, 0.07, 0.03, 0.11, silent * 1000, "2024-10-14")
    shown = {
        "by": ("RN1", f"{word}Savien {n}", f"{word}Dessalines"),
        "places": tuple((f"{word}{name}", km * 1000 * at / 6) for at, name in enumerate(NAMES)),
        "passable": "unknown",
        "passages": None,
        "risk": told,
        "posts": TripPosts(3, 2, (Asked(Per.TRIP, "HTG", 1, 500.0, None),), 2, 5.0, 20.0, 2, complete=False),
        "post_rows": tuple(post(at, word) for at in range(7)),
        "statuses": (
            TripStatus(TripRoad("RN1", 110.0, 112.0), f"{word}Pont", asked=False, near=True, state=Passage.RESTRICTED,
                       source=f"{word}LogIE", said_on=dt.date(2024, 9, 2), age_days=43, stale=True, contradicted=True),
        ),
        "stops": (
            TripStop(f"{word}Call", f"{word}Hospital", (f"{word}+509 3000",), 4_000.0, 300.0, -72.7, 19.1, "own"),
        ),
        "why": ("quickest",) if n == 0 else (
            f"slower:{30 * n}", "fewer_reports:0.4", "avoids:rn1:110.4:130.2", "fewer_posts", "more_silent:9"),
    } | more  # fmt: skip
    return TripWay(
        route_id=str(n + 1), back=back, roads=(TripRoad("RN1", 94.8, 150.0),), km=km, time_lo_min=66.0 + n,
        time_hi_min=140.0 + n, pieces=(TripPiece(0.0, 30_000.0, "rate_2"), TripPiece(30_000.0, km * 1000, "silent")),
        line=tuple((-72.7 + (0.03 + n / 100) * (at % 20) / 20, 19.1 + at / 120) for at in range(40)), **shown,
    )  # fmt: skip


def closing(word="", *, asked=False, near=True):
    road = TripRoad(f"{word}RN1", 110.4, 126.0)
    if asked:
        return TripStatus(road, "", asked=True, near=True, state=Passage.CLOSED)
    return TripStatus(road, f"{word}Pont-Sondé", asked=False, near=near, state=Passage.DESTROYED,
                      source=f"{word}LogIE", said_on=dt.date(2024, 10, 3), age_days=12)  # fmt: skip


def content(ways=2, word="", *, closed=(), **more):
    made = tuple(way(n, word) for n in range(ways)) if isinstance(ways, int) else tuple(ways)
    hours = tuple(
        TripHours((dt.time(6, 1), dt.time(13, 40 - n)), ((dt.time(16, 10), 0), (dt.time(0, 20), 1)))
        for n in range(len(made))
    )
    sources = dict.fromkeys(one for each in made for post in each.post_rows for one in post.sources)
    return TripContent(
        **{
            "area": "Artibonite", "as_of": DAY, "audience": Audience.INTERNAL, "start": f"{word}Saint-Marc",
            "stop": f"{word}Gonaïves", "via": (f"{word}Dessalines",), "vehicle": Vehicle.CONTAINER_TRUCK,
            "departure": dt.time(15), "curfew": (dt.time(18), dt.time(5)), "quiet_days": 180, "ways": made, "back": (),
            "closed": tuple(closed), "unplaced": 1, "sunset": dt.time(17, 24), "hours": hours, "data_until": DAY,
            "sources": tuple(sources), "own_file": True, "names": {"rn1": f"{word}RN1"},
            "roads": (((-72.9, 19.0), (-72.4, 19.6)),),
            "closed_lines": tuple(((-72.6, 19.2), (-72.6, 19.3)) for _ in closed),
        } | more
    )  # fmt: skip


PASSED = TripPassages(14, 0, 0, dt.date(2024, 6, 1), 2.4, 0.0, 12.0)

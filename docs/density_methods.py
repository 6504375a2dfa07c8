"""Draw ``images/density-methods.png``: one event near a junction, by the three methods of network density.

Run ``python docs/density_methods.py``.
"""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np

mpl.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap

import artimap as am

PICTURE = Path(__file__).parent / "images" / "density-methods.png"
INK, SOFT, ROAD, LAND = "#20242E", "#5B606B", "#D9D4C7", "#F5F2EB"
RATE = LinearSegmentedColormap.from_list("rate", ["#F5F2EB", "#F6D48F", "#EE9B4A", "#D9622B", "#A8321F", "#5E0F1A"])
METHODS = {
    "simple": "the whole kernel into every road",
    "discontinuous": "a third into each other road",
    "continuous": "half into each, half taken back",
}
NODES = [[-700, 0], [0, 0], [700, 0], [0, 300], [0, -110]]
EDGES = [[0, 1], [1, 2], [1, 3], [1, 4]]
EVENT = (0, 600.0)  # 100 m before the junction
BANDWIDTH_M, LIXEL_M = 350.0, 2.0


def draw() -> None:
    """Write the picture: above the roads, coloured by density; below the density along three of them."""
    net = am.RoadNetwork.from_edges(NODES, EDGES, crs="EPSG:32618")
    figure, axes = plt.subplots(2, 3, figsize=(9.6, 5.0), height_ratios=[1.25, 1], sharex="row", sharey="row")
    figure.patch.set_facecolor(LAND)
    tables = {
        method: am.network_density(
            net, ([EVENT[0]], [EVENT[1]]), bandwidth_m=BANDWIDTH_M, lixel_m=LIXEL_M, method=method
        )
        for method in METHODS
    }
    top = max(float(table["density"].max()) for table in tables.values())
    for (method, words), (plan, profile) in zip(METHODS.items(), axes.T, strict=True):
        table = tables[method]
        lines = [np.asarray(line.coords) for line in table.geometry]
        plan.add_collection(LineCollection(lines, colors=ROAD, linewidths=11, capstyle="round"))
        plan.add_collection(
            LineCollection(lines, array=table["density"], cmap=RATE, clim=(0, top), linewidths=8, capstyle="butt")
        )
        plan.plot(NODES[0][0] + EVENT[1], 0, "o", mfc="white", mec=INK, ms=7)
        plan.set_aspect("equal")
        plan.set_xlim(-440, 440)
        plan.set_ylim(-150, 330)
        plan.set_axis_off()
        plan.set_title(f"{method}\n", color=INK, fontsize=11, fontweight="bold")
        plan.text(0.5, 1.03, words, transform=plan.transAxes, ha="center", color=SOFT, fontsize=9)
        total = float((table["density"] * (table["to_m"] - table["from_m"])).sum()) / 1000
        plan.text(-430, 215, f"adds up to\n{total:.2f} events", color=INK, fontsize=9)

        here, middle = table["edge"], (table["from_m"] + table["to_m"]) / 2
        for edge, colour, style, name in (
            (1, "#A8321F", "-", "road to the right"),
            (3, "#3C8DC9", "-", "dead end of 110 m"),
        ):
            on = here == edge
            profile.plot(middle[on], table["density"][on], style, color=colour, lw=1.8, label=name)
        on = here == 0
        profile.plot(middle[on] + NODES[0][0], table["density"][on], color=INK, lw=1.8, label="road of the event")
        profile.axvline(0, color=SOFT, lw=0.8, ls=":")
        profile.set_facecolor(LAND)
        profile.set_xlim(-420, 420)
        profile.set_ylim(0, top * 1.08)
        profile.spines[["top", "right"]].set_visible(False)
        profile.spines[["left", "bottom"]].set_color(SOFT)
        profile.tick_params(colors=SOFT, labelsize=8)
        profile.set_xlabel("metres from the junction", color=SOFT, fontsize=8)
    axes[1, 0].set_ylabel("events per km", color=SOFT, fontsize=8)
    axes[1, 2].legend(frameon=False, fontsize=8, labelcolor=INK, loc="upper right")
    figure.tight_layout(w_pad=2.0)
    figure.savefig(PICTURE, dpi=100, metadata={"Software": None})
    plt.close(figure)


if __name__ == "__main__":
    draw()

"""Network density in space and time: where on the roads events crowd."""

from artimap.density.bandwidth import choose_bandwidth, draw_bandwidth
from artimap.density.estimating import density_values, network_density
from artimap.density.over_time import density_over_time_values, network_density_over_time
from artimap.density.simulating import density_envelope, simulated_densities

__all__ = [
    "choose_bandwidth",
    "density_envelope",
    "density_over_time_values",
    "density_values",
    "draw_bandwidth",
    "network_density",
    "network_density_over_time",
    "simulated_densities",
]

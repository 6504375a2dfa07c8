"""Network density in space and time: where on the roads events crowd."""

from artimap.roads.density.bandwidth import choose_bandwidth, draw_bandwidth
from artimap.roads.density.envelopes import density_envelope, simulated_densities
from artimap.roads.density.kernel_density import density_values, network_density
from artimap.roads.density.temporal_density import density_over_time_values, network_density_over_time

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

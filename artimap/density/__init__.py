"""Network density in space and time: where on the roads events crowd."""

from artimap.density.estimating import density_values, network_density

__all__ = ["density_values", "network_density"]

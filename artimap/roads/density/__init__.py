"""Network density in space and time: where on the roads events crowd."""

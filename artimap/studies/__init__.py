"""One study of a day: what is read, masked, linked and gated once, and the briefing made from it."""

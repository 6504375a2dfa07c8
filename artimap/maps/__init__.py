"""The briefing map: layers as plain data, furniture, and the one module that makes a page of them."""

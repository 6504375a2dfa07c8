"""Rates of incidents along a road: the model, the estimate, its explanation, its crosswalk to other scales."""

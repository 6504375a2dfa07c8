"""Who said what, when, about which event, place or post.

Several reports may speak of one event. :func:`merge_reports` makes the event's row by a
named rule and keeps every report as claims beside it; contradictions live side by side.
"""

"""Place names in words: folding, finding, and reading a phrase as a place."""

from artimap.areas.gazetteer.lookup import Candidate, find_place
from artimap.areas.gazetteer.resolve import Reading, known_place, resolve
from artimap.core.text import fold, match_name

__all__ = ["Candidate", "Reading", "find_place", "fold", "known_place", "match_name", "resolve"]

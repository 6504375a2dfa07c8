"""Place names in words: folding, finding, and reading a phrase as a place."""

from artimap.gazetteer.names import Candidate, find_place, fold, match_name
from artimap.gazetteer.reading import Reading, known_place, resolve

__all__ = ["Candidate", "Reading", "find_place", "fold", "known_place", "match_name", "resolve"]

"""Place names in words: folding, finding, and reading a phrase as a place."""

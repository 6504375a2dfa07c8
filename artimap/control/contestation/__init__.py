"""Estimated contestation: a hidden Markov model over events, apart from what is reported."""

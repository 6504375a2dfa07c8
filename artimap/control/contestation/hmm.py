"""Forward–backward over many units at once."""

from __future__ import annotations

import numpy as np

from artimap.core.arrays import Floats


def smooth(log_likelihood: Floats, moves: Floats, first: Floats, pull: Floats | None = None) -> Floats:
    """Give the probability of each state in each period, given the whole series.

    Parameters
    ----------
    log_likelihood
        Units × periods × states: of what was reported in the period, given the state. What
        is the same for all states may be left out.
    moves
        States × states: probability of moving from one (row) to another.
    first
        Probability of each state in the first period.
    pull
        Units × periods × states above 0: moves into a state are weighed by it, and rows made
        to add up to 1 again. Left out, all are 1.

    Returns
    -------
    ndarray
        Units × periods × states; the last axis adds up to 1.

    Examples
    --------
    Nothing observed gives the chain's own course.

    >>> import numpy as np
    >>> moves = np.array([[0.9, 0.1], [0.2, 0.8]])
    >>> smooth(np.zeros((1, 2, 2)), moves, np.array([1.0, 0.0]))[0].round(3).tolist()
    [[1.0, 0.0], [0.9, 0.1]]
    """
    # Scaled by the most likely state of each period before it is exponentiated: the common factor falls
    # out of the answer, and nothing underflows.
    seen: Floats = np.exp(log_likelihood - log_likelihood.max(axis=2, keepdims=True))
    # A state that the reports all but exclude keeps a trace of weight, so that no row can add up to 0 and
    # be divided by it.
    np.clip(seen, 1e-280, None, out=seen)
    periods = seen.shape[1]
    if pull is not None:
        # The sum of the weighed row, by which each row of moves has to be divided to add up to 1 again. It is
        # carried beside the pass, since a matrix of moves for every unit and period would not fit.
        total = pull @ moves.T
        seen_pulled = seen * pull
    else:
        total, seen_pulled = None, seen
    # Forward pass: units x states for each period, made to add up to 1 each time so that long series do
    # not underflow (the scaling of Rabiner 1989, *Proceedings of the IEEE* 77(2)).
    ahead: Floats = np.empty_like(seen)
    for period in range(periods):
        if period == 0:
            now = first * seen[:, 0]
        else:
            before = ahead[:, period - 1] if total is None else ahead[:, period - 1] / total[:, period]
            now = (before @ moves) * seen_pulled[:, period]
        ahead[:, period] = now / now.sum(axis=1, keepdims=True)
    # Backward pass. ``ahead`` is multiplied in place: from here on it holds the answer of the periods
    # already passed.
    behind = np.ones((len(seen), seen.shape[2]))
    for period in range(periods - 2, -1, -1):
        behind = (seen_pulled[:, period + 1] * behind) @ moves.T
        if total is not None:
            behind /= total[:, period + 1]
        behind /= behind.sum(axis=1, keepdims=True)
        ahead[:, period] *= behind
    ahead /= ahead.sum(axis=2, keepdims=True)
    return ahead

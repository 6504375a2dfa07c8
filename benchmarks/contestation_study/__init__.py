"""The estimate of contestation on trial: made-up worlds, simpler ways to the same answer, scores, what is fitted."""

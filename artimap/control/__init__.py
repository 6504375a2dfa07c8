"""Reported status: what is said to be held by whom, by named rules over dated claims."""

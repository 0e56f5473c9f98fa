"""Drawings that explain: graphs, networks, shapes. Each displays itself with a French alternative text."""

from helpers.diagrams.graph import bayes_net

__all__ = ["bayes_net"]

"""Drawings that explain: graphs, networks, shapes. Each displays itself with a French alternative text."""

from helpers.diagrams.convolution import convolution_positions
from helpers.diagrams.graph import bayes_net
from helpers.diagrams.mlp import logistic_regression_graph, mlp_graph
from helpers.diagrams.recurrent import (
    bidirectional_layer,
    gru_cell,
    padding_and_packing,
    states_at_word,
    vanishing_gradient,
)

__all__ = [
    "bayes_net",
    "bidirectional_layer",
    "convolution_positions",
    "gru_cell",
    "logistic_regression_graph",
    "mlp_graph",
    "padding_and_packing",
    "states_at_word",
    "vanishing_gradient",
]

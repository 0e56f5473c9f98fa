"""The data of the labs, one function each: downloaded once, then ready in a second; synthetic in fast mode."""

from helpers.datasets.batches import Batches
from helpers.datasets.fashion_mnist import FashionMNIST, ImageSet, load_fashion_mnist
from helpers.datasets.folders import DataError
from helpers.datasets.glove import WordVectors, load_glove
from helpers.datasets.noun_verb import NounVerb, load_noun_verb

__all__ = [
    "Batches",
    "DataError",
    "FashionMNIST",
    "ImageSet",
    "NounVerb",
    "WordVectors",
    "load_fashion_mnist",
    "load_glove",
    "load_noun_verb",
]

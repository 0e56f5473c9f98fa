"""The data of the labs, one function each: downloaded once, then ready in a second; synthetic in fast mode."""

from helpers.datasets.batches import Batches
from helpers.datasets.cats_and_fish import CatsAndFish, load_cats_and_fish
from helpers.datasets.fashion_mnist import FashionMNIST, ImageSet, load_fashion_mnist
from helpers.datasets.folders import DataError
from helpers.datasets.glove import load_glove
from helpers.datasets.imdb import Imdb, load_imdb
from helpers.datasets.noun_verb import NounVerb, load_noun_verb, read_conll
from helpers.datasets.texts import TextSet
from helpers.datasets.tweets import load_tweets, open_tweets

__all__ = [
    "Batches",
    "CatsAndFish",
    "DataError",
    "FashionMNIST",
    "ImageSet",
    "Imdb",
    "NounVerb",
    "TextSet",
    "load_cats_and_fish",
    "load_fashion_mnist",
    "load_glove",
    "load_imdb",
    "load_noun_verb",
    "load_tweets",
    "open_tweets",
    "read_conll",
]

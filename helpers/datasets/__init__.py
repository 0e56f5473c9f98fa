"""The data of the labs, one function each: downloaded once, then ready in a second; synthetic in fast mode."""

from helpers.datasets.batches import Batches
from helpers.datasets.fashion_mnist import FashionMNIST, ImageSet, load_fashion_mnist
from helpers.datasets.folders import DataError

__all__ = ["Batches", "DataError", "FashionMNIST", "ImageSet", "load_fashion_mnist"]

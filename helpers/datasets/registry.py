"""Every data set of the course, named once: where it comes from, what proves that it is whole, on what terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from helpers.datasets import unpack


@dataclass(frozen=True)
class Resource:
    """One file to download and what it becomes in a data folder.

    Parameters
    ----------
    urls
        Where to find it, in order of preference; the content is the same.
    checksum
        Of the downloaded file: `md5:…`, `sha256:…`, or `git:…` for the identifier that git gives to a content.
    megabytes
        Size of the download.
    makes
        Files and folders below the data folder that it provides, the last to appear last.
    unpack
        Writes them: called with the downloaded file and the folder to write below.
    contents
        Checksums of files among `makes`, where they are known.
    optional
        A prepared data folder may lack it.
    """

    urls: tuple[str, ...]
    checksum: str
    megabytes: float
    makes: tuple[str, ...]
    unpack: Callable[[Path, Path], None]
    contents: dict[str, str] = field(default_factory=dict)
    optional: bool = False

    def is_in(self, folder: Path) -> bool:
        """Tell whether a data folder holds all that this resource provides."""
        return all((folder / path).exists() for path in self.makes)


@dataclass(frozen=True)
class Dataset:
    """A data set: its name in French, its terms and its resources."""

    name: str
    title: str
    licence: str
    citation: str
    resources: tuple[Resource, ...]

    @property
    def megabytes(self) -> float:
        """Size of the whole download."""
        return sum(resource.megabytes for resource in self.resources)

    def missing_from(self, folder: Path) -> list[str]:
        """Return what a prepared data folder lacks, optional resources aside."""
        required = [resource for resource in self.resources if not resource.optional]
        return [path for resource in required for path in resource.makes if not (folder / path).exists()]


def _fashion_mnist(file: str, md5: str, megabytes: float, sha256: str) -> Resource:
    path = f"FashionMNIST/raw/{file}"
    urls = (
        f"https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/{file}.gz",
        f"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/{file}.gz",
    )
    return Resource(urls, f"md5:{md5}", megabytes, (path,), unpack.Gunzip(path), {path: f"sha256:{sha256}"})


def _noun_verb(file: str, git_id: str, megabytes: float, *, optional: bool = False) -> Resource:
    return Resource(
        (
            f"https://raw.githubusercontent.com/google-research-datasets/noun-verb/master/{file}",
            f"https://cdn.jsdelivr.net/gh/google-research-datasets/noun-verb@master/{file}",
        ),
        f"git:{git_id}",
        megabytes,
        (f"noun-verb/{file}",),
        unpack.Copy(f"noun-verb/{file}"),
        {f"noun-verb/{file}": f"git:{git_id}"},
        optional,
    )


def _glove(dim: int, md5: str, megabytes: float) -> Dataset:
    # The file that gensim's downloader takes, without its step that runs downloaded Python code.
    file = f"glove-wiki-gigaword-{dim}"
    path = f"glove/{file}.gz"
    url = f"https://github.com/piskvorky/gensim-data/releases/download/{file}/{file}.gz"
    return Dataset(
        name=f"glove_{dim}",
        title=f"GloVe (dimension {dim})",
        licence="PDDL 1.0",
        citation="J. Pennington, R. Socher, C. D. Manning, GloVe: Global Vectors for Word Representation, EMNLP 2014",
        resources=(Resource((url,), f"md5:{md5}", megabytes, (path,), unpack.Copy(path), {path: f"md5:{md5}"}),),
    )


_ALL = [
    Dataset(
        name="fashion_mnist",
        title="Fashion-MNIST",
        licence="MIT",
        citation="H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST: a Novel Image Dataset, arXiv:1708.07747, 2017",
        resources=(
            _fashion_mnist(
                "train-images-idx3-ubyte",
                "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
                26.4,
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ),
            _fashion_mnist(
                "train-labels-idx1-ubyte",
                "25c81989df183df01b3e8a0aad5dffbe",
                0.1,
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
            _fashion_mnist(
                "t10k-images-idx3-ubyte",
                "bef4ecab320f06d8554ea6380940ec79",
                4.4,
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ),
            _fashion_mnist(
                "t10k-labels-idx1-ubyte",
                "bb300cfdad3c16e7a12a480ee83cd310",
                0.1,
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        ),
    ),
    Dataset(
        name="noun_verb",
        title="Noun-verb",
        licence="free for any purpose, acknowledge Google LLC",
        citation="A. Elkahky, K. Webster, D. Andor, E. Pitler, A Challenge Set and Methods for Noun-Verb Ambiguity, "
        "EMNLP 2018",
        resources=(
            _noun_verb("train.conll", "f900ab3f5e9f71748d01ad2f188cad502811cfd8", 12, optional=True),
            _noun_verb("dev.conll", "2b7a5138cc0357b262cf2304e58dcf4210f97a96", 1.2),
            _noun_verb("test.conll", "4748438f0bedecb1a7a0813bb60beee0cb9434e0", 3.0),
        ),
    ),
    Dataset(
        name="imdb",
        title="IMDB",
        licence="research use",
        citation="A. L. Maas and others, Learning Word Vectors for Sentiment Analysis, ACL 2011",
        # The authors' archive rather than the hub's parquet files: its checksum is published, and neither another
        # library nor an account is needed. It is read once and becomes the same two parquet files.
        resources=(
            Resource(
                (
                    "https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",
                    "https://bj.bcebos.com/dataset/imdb%2FaclImdb_v1.tar.gz",
                ),
                "md5:7c2ac02c03563afcf9b574c7e56c153a",
                84.1,
                ("imdb/plain_text/train-00000-of-00001.parquet", "imdb/plain_text/test-00000-of-00001.parquet"),
                unpack.write_imdb,
            ),
        ),
    ),
    Dataset(
        name="tweets",
        title="Sentiment140",
        licence="research use",
        citation="A. Go, R. Bhayani, L. Huang, Twitter Sentiment Classification using Distant Supervision, "
        "Stanford 2009",
        resources=(
            Resource(
                (
                    "https://cs.stanford.edu/people/alecmgo/trainingandtestdata.zip",
                    "https://zenodo.org/records/11116734/files/trainingandtestdata.zip?download=1",
                ),
                "md5:1647eb110dd2492512e27b9a70d5d1bc",
                81.4,
                ("sentiment140/train-processed-sample.csv",),
                unpack.sample_tweets,
            ),
        ),
    ),
    Dataset(
        name="cats_and_fish",
        title="Tiny ImageNet (chats et poissons)",
        licence="ImageNet terms: non-commercial research and teaching",
        citation="J. Deng and others, ImageNet: A Large-Scale Hierarchical Image Database, CVPR 2009; Stanford CS231n",
        resources=(
            Resource(
                (
                    "http://cs231n.stanford.edu/tiny-imagenet-200.zip",
                    "https://image-net.org/data/tiny-imagenet-200.zip",
                ),
                "md5:90528d7ca1a48142e341f4ef8d21d0de",
                248.1,
                (
                    *(f"tiny-imagenet-200/train/{key}/images" for key in unpack.TINY_IMAGENET_CLASSES),
                    "tiny-imagenet-200/val/images",
                    "tiny-imagenet-200/val/val_annotations.txt",
                ),
                unpack.extract_tiny_imagenet,
            ),
        ),
    ),
    _glove(50, "c289bc5d7f2f02c6dc9f2f9b67641813", 69.2),
    _glove(100, "40ec481866001177b8cd4cb0df92924f", 134.3),
]
DATASETS = {dataset.name: dataset for dataset in _ALL}

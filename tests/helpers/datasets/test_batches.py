import pytest
import torch

from helpers.datasets import Batches
from tests.pretend.device import TO_GPU, PretendDevice


def make_batches(num_examples=10, **options):
    examples = torch.arange(num_examples)
    return Batches(examples.float().unsqueeze(1), examples, **options)


@pytest.mark.parametrize("batch_size", [1, 3, 5, 10, 100])
@pytest.mark.parametrize("shuffle", [False, True])
def test_every_example_comes_once_with_its_label(batch_size, shuffle):
    batches = make_batches(batch_size=batch_size, shuffle=shuffle)
    pairs = list(batches)
    assert len(pairs) == len(batches)
    assert all(torch.equal(x.squeeze(1), y.float()) for x, y in pairs)
    assert sorted(torch.cat([y for _, y in pairs]).tolist()) == list(range(10))


def test_last_batch_is_smaller_and_kept():
    assert [len(y) for _, y in make_batches(batch_size=4)] == [4, 4, 2]


@pytest.mark.parametrize("batch_size", [1, 7, 1023, 1024, 1025, 9000])
def test_chunks_do_not_cut_batches(batch_size):
    batches = make_batches(10_000, batch_size=batch_size)
    sizes = [len(y) for _, y in batches]
    assert set(sizes[:-1]) <= {batch_size}
    assert torch.equal(torch.cat([y for _, y in batches]), torch.arange(10_000))


def test_order_changes_each_epoch_and_follows_the_generator():
    def draw(seed):
        batches = make_batches(100, batch_size=10, shuffle=True, generator=torch.Generator().manual_seed(seed))
        return [torch.cat([y for _, y in batches]).tolist() for _ in range(2)]

    first, second = draw(0)
    assert first != second
    assert draw(0) == [first, second]
    assert draw(1) != [first, second]


def test_changing_a_batch_leaves_the_data_as_it_was():
    data = torch.ones(6, 2)
    for (x,) in Batches(data, batch_size=4):
        x.zero_()
    assert data.sum() == 12


def test_number_of_examples_is_known():
    assert make_batches(batch_size=4).num_examples == 10


def test_batches_live_on_the_device_of_the_tensors_in_the_order_of_the_cpu():
    def draw(device):
        numbers, generator = torch.arange(3000, device=device), torch.Generator().manual_seed(0)
        pairs = list(Batches(numbers, numbers, batch_size=8, shuffle=True, generator=generator))
        assert all(x.device == y.device == numbers.device for x, y in pairs)
        return torch.cat([x for x, _ in pairs]).tolist()

    with PretendDevice() as device:
        assert draw("cuda") == draw("cpu")
    # The order is copied once an epoch, whatever the number of batches and of tensors.
    assert [count for (kind, _), count in device.counts.items() if kind == TO_GPU] == [1]


@pytest.mark.parametrize("tensors", [(), (torch.zeros(3), torch.zeros(4))])
def test_tensors_of_different_lengths_are_refused(tensors):
    with pytest.raises(ValueError, match="même longueur"):
        Batches(*tensors, batch_size=1)


def test_batch_size_below_one_is_refused():
    with pytest.raises(ValueError, match="batch_size"):
        make_batches(batch_size=0)

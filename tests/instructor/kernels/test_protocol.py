"""Each end of a connection may vanish at any moment, and the other is told so in one way."""

import socket

import pytest

from instructor.kernels.protocol import receive, send


@pytest.fixture
def pair():
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with one, other:
        yield one, other


def test_messages_stay_apart(pair):
    for number in range(2):
        send(pair[0], {"number": number})
    assert [receive(pair[1]), receive(pair[1])] == [{"number": 0}, {"number": 1}]


@pytest.mark.parametrize("unread", [[], [{"signal": 2}]], ids=["closed", "reset"])
def test_other_end_that_is_gone_says_nothing(pair, unread):
    for message in unread:
        send(pair[0], message)
    pair[1].close()
    send(pair[0], {"signal": 9})
    assert receive(pair[0]) is None


def test_time_that_is_up_is_no_end(pair):
    pair[0].settimeout(0)
    with pytest.raises(BlockingIOError):
        receive(pair[0])

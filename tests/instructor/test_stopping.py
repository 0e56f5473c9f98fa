"""A signal ends a command at once, or as soon as what must stay whole is finished."""

import contextlib
import os
import signal

import pytest

from instructor.stopping import Stopped, stoppable, whole


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_what_is_inside_with_the_status_that_shells_expect(number):
    before = signal.getsignal(number)
    with pytest.raises(Stopped) as stopped, stoppable():
        os.kill(os.getpid(), number)
        pytest.fail("went on")
    assert stopped.value.code == 128 + number
    assert signal.getsignal(number) is before


def test_what_must_be_whole_is_finished_first():
    done = []
    with pytest.raises(Stopped) as stopped, stoppable():
        with whole():
            with whole():
                os.kill(os.getpid(), signal.SIGTERM)
            done.append("finished")
        done.append("went on")
    assert (done, stopped.value.code) == (["finished"], 143)


def test_exception_that_a_library_kept_to_itself_comes_again():
    with pytest.raises(Stopped), stoppable():
        with contextlib.suppress(BaseException):
            os.kill(os.getpid(), signal.SIGINT)
        with whole():
            pytest.fail("began")


def test_next_command_of_the_same_process_is_not_stopped():
    with pytest.raises(Stopped), stoppable():
        os.kill(os.getpid(), signal.SIGINT)
    with stoppable(), whole():
        pass

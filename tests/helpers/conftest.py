import pytest

from helpers.plotting import display


@pytest.fixture
def shown(monkeypatch):
    """Keep (figure, alternative text) instead of displaying them."""
    calls = []
    monkeypatch.setattr(display, "show", lambda figure, alt: calls.append((figure, alt)))
    return calls

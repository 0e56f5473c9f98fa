"""What every lab imports: set the machine up, load the data, draw the figures, publish what is judged.

NumPy-only labs use this package without PyTorch: nothing here imports it before a function needs it.
"""

from helpers.criterion import criterion
from helpers.machine import is_fast, setup
from helpers.release import digest

__all__ = ["criterion", "is_fast", "setup"]

# Of the text that this process has read: a newer one may lie on the disk since.
RELEASE = digest()

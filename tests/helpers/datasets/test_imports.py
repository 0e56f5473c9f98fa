import subprocess
import sys


def test_importing_the_loaders_does_not_import_pytorch():
    """NumPy-only labs and the commands of an instructor must not wait for it."""
    code = "import sys, helpers, helpers.datasets; sys.exit('torch' in sys.modules or 'pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

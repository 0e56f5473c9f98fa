"""A kernel that grades has no GPU, no browser and is not Colab: a hand-in that names them lives on."""

import os
from importlib.util import find_spec

import pytest

from instructor.kernels import WARM
from instructor.kernels.no_gpu import NO_GPU

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")
needs_lightning = pytest.mark.skipif(find_spec("lightning") is None, reason="Lightning is not installed")
GRADING = {**os.environ, "NBGRADER_EXECUTION": "autograde"}

COLAB = [
    "from google.colab import drive, files, output, userdata\nprint(files.upload(), repr(userdata.get('KEY')))",
    "output.clear()\nfiles.download('model.pt')\nwith output.redirect_to_element('#figure'):\n    pass",
    "from google.colab.patches import cv2_imshow\ncv2_imshow(None)",
    "import google.colab.auth\ngoogle.colab.auth.authenticate_user()",
    "try:\n    raise userdata.SecretNotFoundError\nexcept userdata.SecretNotFoundError:\n    pass",
    "%load_ext tensorboard\n%tensorboard --logdir runs",
    "%reload_ext google.colab.data_table",
]
SUMMARY_WRITER = """
from torch.utils.tensorboard import SummaryWriter

def train(writer: SummaryWriter | None = None):
    with SummaryWriter("runs/a") as writer:
        writer.add_scalar("loss", 1.0, 1)

train()
"""
TRAINER = """
import lightning.pytorch as pl

class Model(pl.LightningModule):
    def __init__(self, size=2):
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(size, 1)

    def training_step(self, batch, index):
        self.log("loss", loss := self.layer(batch).sum())
        return loss

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters())

trainer = pl.Trainer(accelerator="gpu", precision="16-mixed", max_epochs=1, enable_progress_bar=False)
trainer.fit(Model(), torch.utils.data.DataLoader(torch.ones(4, 2)))
"""
WINDOWS = [
    "%matplotlib widget",
    "%matplotlib tk\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "%gui qt\nplt.switch_backend('Qt5Agg')\nplt.plot([1, 2])",
    "import matplotlib\nmatplotlib.use('TkAgg')\nplt.figure().gca().plot([1, 2])\nplt.show()",
]
GPU = [
    "x = torch.ones(2).cuda() + torch.ones(2).to('cuda:0') + torch.ones(2).to(0, torch.float64)",
    "model = torch.nn.Linear(2, 1, device='cuda').cuda().to(torch.device('cuda'))\nmodel(x[None].float()).backward()",
    "y = torch.tensor([1.0], device='cuda') + torch.zeros_like(x[:1], device='cuda') + x.new_ones(1, device='cuda')",
    "torch.save(x, 'x.pt')\nz = torch.load('x.pt', map_location='cuda')",
    "with torch.autocast('cuda'), torch.device('cuda'):\n    print((torch.ones(2, 2) @ torch.ones(2, 2)).dtype)",
    "torch.randn(2, generator=torch.Generator(device='cuda').manual_seed(0), device='cuda')",
    "torch.cuda.manual_seed_all(0)\ntorch.cuda.synchronize()\ntorch.cuda.empty_cache()",
    "start = torch.cuda.Event(enable_timing=True)\nstart.record()\nprint(f'{start.elapsed_time(start):.1f} ms')",
    "print(torch.cuda.is_available(), {t.device.type for t in (x, y, z, *model.parameters())})",
]


@pytest.fixture
def graded(run, tmp_path):
    def graded(*cells: str):
        shown = run(*cells, env=GRADING, cwd=tmp_path)
        assert shown.errors == [], [output for outputs in shown.outputs for output in outputs]
        return shown

    return graded


def test_colab_and_tensorboard_do_nothing(graded):
    assert graded(*COLAB).texts[0] == "{} ''\n"


def test_figures_need_no_window(graded):
    shown = graded(*WINDOWS)
    assert ["image/png" in str(outputs) for outputs in shown.outputs] == [False, True, True, True]


@needs_torch
def test_a_notebook_that_names_a_gpu_computes_on_the_processor_and_it_is_said_once(graded):
    shown = graded("import torch", *GPU)
    assert shown.texts[-1] == "False {'cpu'}\n"
    assert "torch.float32" in shown.texts[5]  # no other precision than the student's GPU would choose by itself
    assert "".join(shown.texts).count(NO_GPU) == 1


@needs_lightning
def test_what_trains_on_a_gpu_and_logs_to_tensorboard_trains_here(graded):
    graded("import torch", SUMMARY_WRITER, TRAINER)


def test_kernels_of_the_course_s_own_notebooks_are_left_alone(run):
    assert run("import google.colab", kernel=WARM).errors == ["ModuleNotFoundError"]


@needs_torch
def test_colab_s_folders_are_there_and_hold_what_the_notebook_writes(boxed):
    shown = boxed(
        "import os\nos.chdir('/content')\nos.makedirs('/content/out')\nprint(os.listdir())",
        "from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive/DL/tp1",
        "import torch\ntorch.save([], '/content/model.pt')\ntorch.save([], '/content/drive/MyDrive/saved/model.pt')",
        "path = '/content/drive/MyDrive/mine/x.txt'\nopen(path, 'w').close()\nprint(os.path.exists(path))",
        env=GRADING,
    )
    assert shown.errors == [], shown.outputs
    assert (shown.texts[0], shown.texts[3]) == ("['out']\n", "True\n")

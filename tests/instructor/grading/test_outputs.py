"""What is kept of a cell that shows too much."""

from nbformat.v4 import new_output

from helpers.criterion import MIME_TYPE
from instructor.grading.outputs import MAX_KINDS, MAX_OUTPUTS, MAX_TEXT, MAX_TEXTS, shorten, size


def texts(number: int, length: int) -> list:
    return [new_output("display_data", data={"text/plain": f"{i} " + "x" * length}) for i in range(number)]


def total(outputs: list) -> int:
    return sum(map(size, outputs))


def test_head_and_tail_of_a_flood_of_texts_are_kept_and_the_cut_said():
    kept = shorten(texts(900, 10_000))
    assert total(kept) < 1.1 * MAX_TEXTS
    assert kept[0].data["text/plain"].startswith("0 ")
    assert kept[-1].data["text/plain"].startswith("899 ")
    assert any("outputs cut" in output.get("text", "") for output in kept)


def test_values_and_figures_are_not_texts():
    values = [new_output("display_data", data={MIME_TYPE: {"value": "x" * 200_000}}) for i in range(20)]
    figures = [new_output("display_data", data={"image/png": "A" * 200_000, "text/plain": "<Figure>"})] * 5
    assert shorten([*values, *figures]) == [*values, *figures]


def test_number_of_outputs_is_bounded():
    assert len(shorten(texts(3 * MAX_OUTPUTS, 1))) <= MAX_OUTPUTS + 1


def test_values_stay_whatever_is_shown_around_them():
    values = [new_output("display_data", data={MIME_TYPE: {"value": 1}}) for i in range(3)]
    around = texts(2 * MAX_OUTPUTS, 1)
    kept = shorten([values[0], *around, values[1], *around, values[2]])
    assert [output for output in kept if MIME_TYPE in output.get("data", {})] == values
    assert len(kept) <= MAX_OUTPUTS + 1 + len(values)


def test_number_of_values_is_bounded():
    value = new_output("display_data", data={MIME_TYPE: {"value": 1}})
    assert len(shorten([value] * 3 * MAX_OUTPUTS)) <= MAX_OUTPUTS + 1


def test_output_of_too_many_kinds_is_left_out():
    kinds = {f"text/x{number}": "x" for number in range(MAX_KINDS + 1)}
    assert shorten([new_output("display_data", data=kinds)]) == []


def test_first_error_stays_however_long_it_is_and_whatever_surrounds_it():
    long = ["x" * MAX_TEXT] * 50
    error = new_output("error", ename="E" * MAX_TEXT * 2, evalue="y" * MAX_TEXT * 2, traceback=long)
    kept = shorten([*texts(500, 5000), error, *texts(500, 5000)])
    assert [output.ename[:3] for output in kept if output.output_type == "error"] == ["EEE"]
    assert total(kept) < 2 * MAX_TEXTS


def test_long_stream_keeps_both_ends():
    kept = shorten([new_output("stream", name="stdout", text=f"begin{'x' * 10 * MAX_TEXT}end")])
    assert kept[0].text.startswith("begin")
    assert kept[0].text.endswith("end")
    assert "characters cut" in kept[0].text

"""Where the dots of a plot stand."""

import pytest

from web.ui.dotplot import Mark, Tick, axis_stops, dot_plot


def marks(*ends):
    """A mark for each pair of ends."""
    return [Mark(low=low, high=high, label=f"{low}", url="/") for low, high in ends]


def places(plot):
    """Left, right and lane height of every dot."""
    return [(dot.x, dot.x2, dot.y) for dot in plot.dots]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        pytest.param(10, 200, (0, 50, 100, 150, 200), id="round steps"),
        pytest.param(20, 50, (0, 10, 20, 30, 40, 50), id="ends on the highest"),
        pytest.param(2.22, 4.22, (0, 1, 2, 3, 4, 5), id="beyond the highest"),
        pytest.param(0.1, 0.3, (0, 0.1, 0.2, 0.3), id="fractions"),
        pytest.param(-30, 10, (-30, -20, -10, 0, 10), id="below nought"),
        pytest.param(-30, -10, (-30, -20, -10, 0), id="all below nought"),
        pytest.param(0, 0, (0, 0.2), id="nothing but nought"),
        pytest.param(16_000, 16_000, (0, 5000, 10_000, 15_000, 20_000), id="thousands"),
    ],
)
def test_an_axis_has_round_numbers_and_a_nought(low, high, expected):
    """Every axis shows nought, and its steps are 1, 2 or 5 times a power of ten."""
    assert axis_stops(low, high) == expected


def test_dots_stand_where_their_figures_are():
    """Of an axis from 0 to 50, 20 stands at 40% and a range of 40-50 from 80% to 100%."""
    plot = dot_plot(marks((20, 20), (40, 50)), median=45)

    assert places(plot) == [(40.0, 40.0, 31), (80.0, 100.0, 31)]
    assert [dot.is_range for dot in plot.dots] == [False, True]
    assert plot.median == Tick(x=90.0, words="median")
    assert plot.ticks == tuple(Tick(x=20.0 * step, words=f"{10 * step}") for step in range(6))


def test_equal_figures_are_stacked():
    """Three times 73 makes three lanes, and a figure far off stands in the first."""
    plot = dot_plot(marks((10, 10), (73, 73), (73, 73), (73, 73)))

    assert [dot.y for dot in plot.dots] == [45, 45, 27, 9]
    assert (plot.head, plot.axis, plot.height) == (0, 56, 82)


def test_a_range_takes_its_whole_room():
    """A dot within a range stands in a lane of its own."""
    plot = dot_plot(marks((10, 90), (50, 50), (100, 100)))

    assert [dot.y for dot in plot.dots] == [27, 9, 27]


def test_large_amounts_are_counted_in_millions():
    """The axis of 3 million reads 0 to 3, and says million."""
    plot = dot_plot(marks((1_000_000, 1_000_000), (3_000_000, 3_000_000)))

    assert plot.scale == "million"
    assert [tick.words for tick in plot.ticks] == ["0", "1", "2", "3"]


def test_no_plot_of_nothing():
    """A plot needs a mark."""
    with pytest.raises(ValueError, match="empty"):
        dot_plot([])

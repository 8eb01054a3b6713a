"""A text as a QR code: the dark squares as one path, for pages and for print. Owns ``segno``."""

from __future__ import annotations

from dataclasses import dataclass

#: The light frame that readers need, in squares.
QUIET = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class QRCode:
    """A QR code as SVG: ``path`` is the dark squares, ``size`` the side with its light frame.

    Both count in squares of the code.
    """

    size: int
    path: str

    @property
    def svg(self) -> str:
        """The code as a picture of its own, dark on light."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.size} {self.size}">'
            f'<path fill="#fff" d="M0 0h{self.size}v{self.size}H0z"/>'
            f'<path d="{self.path}"/></svg>'
        )


def qr_code(text: str) -> QRCode | None:
    """The smallest QR code of a text that survives 15% damage; None if it is too long for any."""
    import segno  # slow import

    try:
        rows = segno.make_qr(text, error="m").matrix
    except segno.DataOverflowError:
        return None
    runs = [
        f"M{start + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _dark_runs(row)
    ]
    return QRCode(size=len(rows) + 2 * QUIET, path="".join(runs))


def _dark_runs(row: bytearray) -> list[tuple[int, int]]:
    """Where dark squares begin in a row, and how many stand side by side."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs

"""A text as a QR code, drawn as SVG. Owns ``segno``."""

from __future__ import annotations

from io import BytesIO

from markupsafe import Markup


def qr_code(text: str) -> Markup | None:
    """The smallest QR code of a text that survives 15% damage; None if it is too long for any.

    It is a picture of its own too, dark on light, with the light frame that readers need.
    """
    import segno  # slow import

    try:
        code = segno.make_qr(text, error="m")
    except segno.DataOverflowError:
        return None
    drawn = BytesIO()
    code.save(
        drawn,
        kind="svg",
        xmldecl=False,
        nl=False,
        omitsize=True,
        light="#fff",
        title="QR code of the address beside it",
        svgclass="sheet-code",
        lineclass=None,
    )
    return Markup(drawn.getvalue().decode())  # drawn from squares; holds nothing of the text

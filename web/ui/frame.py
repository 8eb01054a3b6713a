"""The frame of every page and the pieces that pages share: their templates."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("ui", __name__, template_folder="templates")

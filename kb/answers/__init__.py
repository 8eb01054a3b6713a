"""Every answer as data: the one serialisation that the API, `--json` and exports share."""

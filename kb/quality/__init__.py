"""How good search and role models are: judged data, measures, calibration."""

"""What libraries harvest by OAI-PMH 2.0: verbs, records and answers as data."""

"""What a draft would be among the cases: which it may repeat, and what it would be found by."""

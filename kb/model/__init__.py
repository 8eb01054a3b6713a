"""The records that every wing hands to the next; they read nothing and import nothing of ours."""

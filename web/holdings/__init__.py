"""What the compendium holds: the front page, browsing, the atlas, the guides."""

"""A page for every value of a facet: each country, type, project and sector."""

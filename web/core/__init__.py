"""What every page needs: requests, addresses, parameters, errors, headers, the server."""

SITE_NAME = "Compendium of Business Networks"

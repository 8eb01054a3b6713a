"""What every page needs: requests, addresses, parameters, errors, headers, the server."""

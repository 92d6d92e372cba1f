"""The built packages as strangers install them: away from the checkout, each extra alone (`make packages`)."""

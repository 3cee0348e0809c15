"""The REST API under /v1. Each operation reads its request strictly and answers every error as a problem."""

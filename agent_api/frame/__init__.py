"""The frame of every route: log-ins, request bodies, responses and problems."""

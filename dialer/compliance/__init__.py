"""The rules on calling: which numbers, and when. Every refusal names its rule and its inputs."""

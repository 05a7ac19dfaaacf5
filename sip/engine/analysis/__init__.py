"""Analysis of the audio from legs, in a process of its own."""

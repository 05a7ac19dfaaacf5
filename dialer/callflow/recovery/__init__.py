"""After a loss: the store at the start, engines that come back, refusals of both."""

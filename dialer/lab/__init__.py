"""`cornetta lab`: the whole product on one machine, with a simulated carrier and phones."""

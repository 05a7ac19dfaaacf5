"""Records of calling lists: their state table, treatments and due times."""

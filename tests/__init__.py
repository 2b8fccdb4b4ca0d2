"""The tests; a package so that fixtures and benches are found under one name."""

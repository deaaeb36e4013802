"""What fits the tables of numbers in the package, each a command: see ``training/README.md``."""

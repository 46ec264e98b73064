"""What the command line does; like ``bot.__main__`` it may use every floor, and nothing may use it."""

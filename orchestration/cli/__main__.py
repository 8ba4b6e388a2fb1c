"""`python -m orchestration.cli`: the command without its script, for processes that start one another."""

from orchestration.cli import main

main()

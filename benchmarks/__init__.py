"""What is measured, each with the command that measures it; see README.md beside this file."""

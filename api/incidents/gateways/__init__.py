"""What incidents ask of programs that are not ours."""

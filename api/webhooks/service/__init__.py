"""What a callback sets in motion: verified facts go to the area they are about, and what comes of it goes back."""

"""What the scripts share: a real Home Assistant in front of a pretend internet."""

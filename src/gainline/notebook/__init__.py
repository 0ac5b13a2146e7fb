"""The notebook face: a district, its answers and their pictures, in as few lines as an analyst would write."""

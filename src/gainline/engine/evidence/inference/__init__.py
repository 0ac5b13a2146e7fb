"""Inference: fits, standard errors and tests that stay honest with few schools; arrays in, frozen findings out."""

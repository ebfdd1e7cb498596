"""Schemas as plain values: what they are made of and how the two sides are read."""

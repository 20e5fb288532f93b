"""The crawler: from outlets to stored articles."""

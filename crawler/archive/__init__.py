"""The proof of what was read: pages in WARC files (ISO 28500), as the servers sent them."""

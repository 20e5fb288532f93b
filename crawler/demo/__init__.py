"""The demonstration press: five invented outlets, served on this machine to be crawled."""

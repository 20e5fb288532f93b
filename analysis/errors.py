"""Every error that Earshot raises on purpose.

Libraries raise them, the command lines and the dashboard format them. A message
says what was wrong, where, and what is accepted instead.
"""


class EarshotError(Exception):
    """Base of all errors that a user can do something about."""


class ConfigurationError(EarshotError):
    """A setting, an outlets file or a codebook file is not valid."""


class InputError(EarshotError):
    """Data handed to a command is not in the format it documents."""


class ModelError(EarshotError):
    """A language model is missing or is not the one that was pinned."""


class StoreError(EarshotError):
    """The store cannot be opened, or cannot hold what it was given."""


class SchemaError(StoreError):
    """The store was written by another version of the schema."""


class BusyError(StoreError):
    """Another crawl is at work on the store."""


class CrawlError(EarshotError):
    """A crawl cannot start or cannot go on."""

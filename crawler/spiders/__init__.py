"""The spiders: there is one."""

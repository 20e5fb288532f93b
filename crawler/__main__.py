"""`python -m crawler`."""

import sys

if __name__ == "__main__":
    try:
        from crawler.cli import main
    except KeyboardInterrupt:  # nothing has begun
        sys.exit(130)
    main()

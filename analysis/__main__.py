"""`python -m analysis`."""

import sys

if __name__ == "__main__":
    try:
        from analysis.cli import app
    except KeyboardInterrupt:  # nothing has begun
        sys.exit(130)
    app(prog_name="python -m analysis")

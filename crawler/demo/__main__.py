"""`python -m crawler.demo`."""

import sys

if __name__ == "__main__":
    try:
        from crawler.demo.run import main
    except KeyboardInterrupt:
        print("Stopped before anything began.")
        sys.exit(130)
    main()

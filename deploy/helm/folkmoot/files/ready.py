"""Ask each service that is named whether it is ready; `helm test` runs this."""

import sys
import urllib.error
import urllib.request

failed = False
for url in sys.argv[1:]:
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=10) as answer:  # noqa: S310  the chart's own URLs
            told = answer.read().decode()
    except urllib.error.HTTPError as error:
        failed, told = True, error.read().decode()
    except OSError as error:
        failed, told = True, str(error)
    sys.stdout.write(f"{url}: {told}\n")
sys.exit(failed)

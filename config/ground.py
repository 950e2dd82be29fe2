"""What all settings stand on: folders, the public address, which process this is."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(os.environ.get("MINGPAI_STATE", BASE_DIR / "var"))

PROCESS = os.environ.get("MINGPAI_PROCESS", "command")  # web | worker | command
PUBLIC_URL = os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
SECURE = PUBLIC_URL.startswith("https://")
DEBUG = os.environ.get("DEBUG") == "1"
TESTING = os.environ.get("MINGPAI_TESTING") == "1"
# Role switch and inbox of the demonstration; whatever this says, on loopback addresses only.
DEMO = os.environ.get("DEMO") == "1" and not TESTING

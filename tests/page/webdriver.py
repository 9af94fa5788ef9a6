# SPDX-License-Identifier: BSD-3-Clause
"""Chromium without a window, driven over the WebDriver protocol with Python's own library."""
import base64
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request

SECONDS = 60
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Home": "\ue011", "End": "\ue010", "Left": "\ue012",
        "Up": "\ue013", "Right": "\ue014", "Down": "\ue015", "PageUp": "\ue00e",
        "PageDown": "\ue00f", "Space": " "}


def find_missing():
    """The programs that are needed and not there."""
    needed = {"chromium": ("chromium", "chromium-browser", "google-chrome"),
              "chromium-driver": ("chromedriver",)}
    return [package for package, names in needed.items() if not any(map(shutil.which, names))]


class Browser:
    def __init__(self, width=1400, height=1000, dark=False, moves=False):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.driver = subprocess.Popen([shutil.which("chromedriver"), "--port=0"],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = f"http://127.0.0.1:{self.read_port()}"
        self.session = "/session"
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--hide-scrollbars", f"--user-data-dir={self.folder.name}",
                     f"--window-size={width},{height}"]
        made = self.call("POST", "", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
        self.session += "/" + made["sessionId"]
        # A click on what still scrolls would miss it.
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                    {"name": "prefers-reduced-motion", "value": "" if moves else "reduce"}]
        self.devtools("Emulation.setEmulatedMedia", features=features)
        # A window is at least 500 wide; the page may be narrower.
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=1, mobile=False)
        self.read_addresses()  # of the page that it begins with

    def read_port(self):
        for line in self.driver.stdout:
            found = re.search(r"started successfully on port (\d+)", line)
            if found:
                return found[1]
        raise RuntimeError("chromedriver did not start")

    def call(self, method, path, body=None):
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.address + self.session + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"]) from None

    def devtools(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, path):
        self.call("POST", "/url", {"url": pathlib.Path(path).resolve().as_uri()})

    def run(self, script, *arguments):
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector):
        return self.call("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self.call("POST", f"/element/{self.find(selector)}/click")

    def press(self, *names):
        """Keys, to what has the focus."""
        actions = [{"type": kind, "value": KEYS.get(name, name)}
                   for name in names for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def read_messages(self):
        """What the page wrote to the console, warnings and errors of the browser included."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]

    def read_addresses(self):
        """The addresses of all requests since the last call."""
        entries = self.call("POST", "/se/log", {"type": "performance"})
        messages = [json.loads(entry["message"])["message"] for entry in entries]
        return [message["params"]["request"]["url"] for message in messages
                if message["method"] == "Network.requestWillBeSent"]

    def take_picture(self, path, selector="html"):
        box = self.run("""const box = document.querySelector(arguments[0]).getBoundingClientRect();
            return { x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height };""",
                       selector)
        shot = self.devtools("Page.captureScreenshot", captureBeyondViewport=True,
                             clip={**box, "scale": 1})
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))

    def print_page(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.call("POST", "/print")))

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(SECONDS)
            self.driver.stdout.close()
            self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

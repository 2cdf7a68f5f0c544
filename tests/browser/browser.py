# SPDX-FileCopyrightText: 2026 wick contributors
# SPDX-License-Identifier: MIT
"""A headless Chromium, driven over a pipe in its debugging protocol; nothing to install beside it."""
import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--remote-debugging-pipe", "--hide-scrollbars", "--window-size=1240,800")


def find():
    """Returns the path of a browser, or None."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Browser:
    def __init__(self, path):
        self.directory = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        command_read, self.commands = os.pipe()
        self.answers, answer_write = os.pipe()

        def connect():  # the browser reads from descriptor 3 and writes to 4
            reader = fcntl.fcntl(command_read, fcntl.F_DUPFD, 10)
            writer = fcntl.fcntl(answer_write, fcntl.F_DUPFD, 10)
            os.dup2(reader, 3)
            os.dup2(writer, 4)

        self.process = subprocess.Popen(
            [path, *FLAGS, f"--user-data-dir={self.directory.name}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=connect, pass_fds=(3, 4))
        os.close(command_read)
        os.close(answer_write)
        self.buffer = b""
        self.number = 0
        self.session = None
        self.problems = []  # exceptions and console errors since the last `open`
        self.events = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.send("Page.enable")
        self.send("Runtime.enable")
        self.send("Log.enable")

    def close(self):
        self.session = None
        try:
            self.send("Browser.close")
            self.process.wait(10)
        except (OSError, EOFError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        self.directory.cleanup()

    def receive(self):
        while b"\0" not in self.buffer:
            if not select.select([self.answers], [], [], 60)[0]:
                raise TimeoutError("the browser has not answered for a minute")
            piece = os.read(self.answers, 1 << 16)
            if not piece:
                raise EOFError("the browser has gone")
            self.buffer += piece
        message, _, self.buffer = self.buffer.partition(b"\0")
        message = json.loads(message)
        method = message.get("method")
        if method == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(message["params"]["exceptionDetails"])[:500])
        if method == "Log.entryAdded" and message["params"]["entry"]["level"] == "error":
            self.problems.append(message["params"]["entry"]["text"])
        if method:
            self.events.append(method)
        return message

    def send(self, method, **parameters):
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.commands, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def open(self, path, scripts=True):
        """Loads a file; returns the seconds until it was loaded, its script having run."""
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        return self.open_url(f"file://{path}")

    def open_url(self, url):
        self.problems.clear()
        self.events.clear()
        # A page that differs in what is behind the "#" alone would not be loaded again.
        self.send("Page.navigate", url="about:blank")
        while "Page.loadEventFired" not in self.events:
            self.receive()
        self.events.clear()
        begin = time.monotonic()
        self.send("Page.navigate", url=url)
        while "Page.loadEventFired" not in self.events:
            self.receive()
        return time.monotonic() - begin

    def run(self, expression):
        """Returns the value of a JavaScript expression."""
        made = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in made:
            raise RuntimeError(f"{expression}: {made['exceptionDetails']}")
        return made["result"].get("value")

    def wait(self, expression):
        """Returns what a promise of a JavaScript expression comes to."""
        made = self.send("Runtime.evaluate", expression=expression, returnByValue=True,
                         awaitPromise=True)
        return made["result"].get("value")

    def point(self, x, y):
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def click(self, x, y):
        self.point(x, y)
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, text):
        self.send("Input.insertText", text=text)

    def press(self, key, modifiers=0):
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, modifiers=modifiers)

    def cpu(self):
        """Returns the CPU time that the page's main thread has used, in seconds."""
        self.send("Performance.enable", timeDomain="threadTicks")
        metrics = self.send("Performance.getMetrics")["metrics"]
        return next(m["value"] for m in metrics if m["name"] == "TaskDuration")

    def media(self, **features):
        self.send("Emulation.setEmulatedMedia",
                  features=[{"name": name.replace("_", "-"), "value": value}
                            for name, value in features.items()])

    def resize(self, width, height):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)

    def settle(self):
        """Waits until a frame was drawn after what was asked for."""
        self.send("Runtime.evaluate", awaitPromise=True, expression=
                  "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def screenshot(self, name):
        """Writes a picture of the page where $WICK_SCREENSHOTS says, if it says."""
        directory = os.environ.get("WICK_SCREENSHOTS")
        if directory:
            os.makedirs(directory, exist_ok=True)
            data = self.send("Page.captureScreenshot", format="png")["data"]
            with open(os.path.join(directory, name + ".png"), "wb") as file:
                file.write(base64.b64decode(data))

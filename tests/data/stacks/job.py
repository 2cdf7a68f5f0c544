import faulthandler, sys, threading, time

def inner(n):
    if n:
        inner(n - 1)
    else:
        time.sleep(1)

class Job:
    def run(self):
        inner(2)

thread = threading.Thread(target=Job().run, name="worker", daemon=True)
thread.start()
time.sleep(0.2)
(lambda: faulthandler.dump_traceback(sys.stdout, all_threads=True))()

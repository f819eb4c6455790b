#!/usr/bin/env python3
"""Fails on purpose, with a traceback, so that one can see what becomes of it.

    signalboxctl submit sample.traceback --max-retries 3 --wait

It runs four times, with growing waits, and ends in the dead letters. With {"mended": true} it completes.
"""
import json
import sys


def charge(account):
    raise ValueError(f"account {account} has no balance; this job fails on purpose")


if __name__ == "__main__":
    job = json.load(sys.stdin)
    if job["kwargs"].get("mended"):
        print(json.dumps({"result": {"attempt": job["attempt"]}}))
    else:
        charge(job["kwargs"].get("account", 7))

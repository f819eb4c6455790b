#!/usr/bin/env python3
"""Counts lines, words and characters of a text file: a sample of a handler in Python.

    signalboxctl submit text.count_words --kwargs '{"path": "/usr/share/common-licenses/GPL-3"}'

A job comes as one line of JSON on standard input. What is printed as a line of JSON speaks to Signalbox:
{"progress": 3, "total": 10}, {"log": "..."}, and in the end {"result": ...} or {"error": "...", "permanent": true}.
With --serve the program stays and takes one job a line, which saves its start for each of them.
"""
import json
import os
import sys


def say(**message):
    print(json.dumps(message, ensure_ascii=False, allow_nan=False), flush=True)


def count(path):
    size = os.stat(path).st_size
    lines = words = characters = read = 0
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            lines += 1
            words += len(line.split())
            characters += len(line)
            read += len(line.encode())
            if lines % 1000 == 0:
                say(progress=read, total=size, message=f"{lines} lines")
    say(progress=size, total=size, message=f"{lines} lines")
    return {"path": path, "lines": lines, "words": words, "characters": characters}


def run(job):
    path = job["kwargs"].get("path")
    # A wrong argument is wrong for ever: trying again would not help.
    if not isinstance(path, str) or not os.path.isabs(path):
        say(error='"path" must be an absolute path', permanent=True)
    elif not os.path.isfile(path):
        say(error=f"there is no file {path}", permanent=True)
    else:
        say(log=f"attempt {job['attempt']} of {job['id']}")
        say(result=count(path))


if __name__ == "__main__":
    if "--serve" in sys.argv[1:]:
        for line in sys.stdin:
            run(json.loads(line))
    else:
        run(json.load(sys.stdin))

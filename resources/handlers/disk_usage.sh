#!/bin/sh
# Says how much room a folder takes, and its largest parts: a sample of a handler in shell.
#
#     signalboxctl submit disk.usage --kwargs '{"folder": "/usr/share"}'
#
# The job comes as JSON on standard input. What is in it is a value and stays one: taken out by a JSON parser, always
# quoted, and after "--" where a program takes options. What goes back is made by the same parser.
set -eu

folder=$(python3 -c '
import json, sys
folder = json.load(sys.stdin)["kwargs"].get("folder")
if isinstance(folder, str) and folder.startswith("/") and "\0" not in folder:
    print(folder, end="")
')
if [ ! -d "$folder" ]; then
    echo '{"error": "\"folder\" must be the absolute path of a folder"}'
    exit 65 # the input is wrong: not to be tried again
fi

echo '{"log": "asking du"}'
# Lines of du: bytes, a tab, a path; NUL after each, since a path may hold a line break.
du --null --bytes --max-depth=1 -- "$folder" | python3 -c '
import json, os, sys
sizes = {}
for item in filter(None, sys.stdin.buffer.read().split(b"\0")):
    size, path = item.split(b"\t", 1)
    sizes[os.fsdecode(path)] = int(size)
    print(json.dumps({"progress": len(sizes), "message": os.path.basename(os.fsdecode(path))}))
whole = sizes.pop(sys.argv[1].rstrip("/") or "/", max(sizes.values()))
largest = sorted(sizes.items(), key=lambda entry: -entry[1])[:20]
print(json.dumps({"result": {"folder": sys.argv[1], "bytes": whole, "largest": dict(largest)}}))
' "$folder"

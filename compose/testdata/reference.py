"""What docker-compose 1.29.2 makes of files.

Standard input: one path on a line. Standard output: a JSON object from each
path to {"error": text} or {"services": {name: {key: value}}}, each value in
the form in which this package prints it, so that only meanings differ.
"""
import json
import logging
import os
import shlex
import sys

import compose
import docker.utils
from compose.config import config
from compose.config.environment import Environment

assert compose.__version__ == "1.29.2", compose.__version__
logging.disable(logging.CRITICAL)


def words(v):
    return shlex.split(v) if isinstance(v, str) else [str(w) for w in v]


def volume(v):
    parts = [v.external, v.internal] if v.external else [v.internal]
    return ":".join(parts + ([v.mode] if v.external and v.mode != "rw" else []))


def network(v):
    kind, _, name = v.partition(":")
    return None if v == "bridge" else "container:" + name if kind == "service" else v


def services(path):
    details = config.find(os.path.dirname(path), [path], Environment(HOME="/home/ann"))
    out = {}
    for s in config.load(details).services:
        s = dict(s)
        build = s.pop("build", None)
        if build:
            s["build"] = build["context"]
            if "dockerfile" in build:
                s["dockerfile"] = build["dockerfile"]
        for key in ("command", "entrypoint"):
            if key in s:
                s[key] = words(s[key])
        if "ports" in s:
            s["ports"] = [p.legacy_repr().replace("/tcp", "") for p in s["ports"]]
        for key in ("links", "external_links"):
            if key in s:
                pairs = [(l.split(":", 1) + [""])[:2] for l in s[key]]
                s[key] = [t if a in ("", t) else t + ":" + a for t, a in pairs]
        if "expose" in s:
            s["expose"] = [str(p) for p in s["expose"]]
        if "volumes" in s:
            s["volumes"] = [volume(v) for v in s["volumes"]]
        if "volumes_from" in s:
            s["volumes_from"] = [v.source + (":ro" if v.mode == "ro" else "") for v in s["volumes_from"]]
        if "network_mode" in s:
            s["net"] = network(s.pop("network_mode"))
        if "restart" in s:
            r = s["restart"]
            count = r["MaximumRetryCount"]
            s["restart"] = r["Name"] + (":%d" % count if count else "")
        if "extra_hosts" in s:
            s["extra_hosts"] = ["%s:%s" % h for h in s["extra_hosts"].items()]
        for key in ("environment", "labels", "log_opt"):
            if key in s:
                s[key] = {k: v if v is None else str(v) for k, v in s[key].items()}
        for key in ("mem_limit", "memswap_limit", "shm_size"):
            if key in s:
                s[key] = docker.utils.parse_bytes(s[key])
        s.pop("env_file", None)
        name = s.pop("name")
        out[name] = {k: v for k, v in s.items() if v not in (None, False, [], {})}
    return out


result = {}
for line in sys.stdin:
    path = line.rstrip("\n")
    try:
        result[path] = {"services": services(path)}
    except Exception as e:
        result[path] = {"error": "%s: %s" % (type(e).__name__, e)}
json.dump(result, sys.stdout, default=str)

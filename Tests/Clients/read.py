"""Reads a stream with a client library from PyPI: read.py LIBRARY URL CURSOR COUNT prints COUNT notifications.

Each is a line: its cursor, a tab, its data.
"""

import asyncio
import sys


def with_sseclient(url, headers):
    import requests
    import sseclient

    with requests.get(url, headers=headers, stream=True, timeout=20) as response:
        response.raise_for_status()
        for event in sseclient.SSEClient(response).events():
            yield event.event, event.id, event.data


def with_httpx(url, headers):
    import httpx
    import httpx_sse

    with httpx.Client(timeout=20) as client, httpx_sse.connect_sse(client, "GET", url, headers=headers) as source:
        for event in source.iter_sse():
            yield event.event, event.id, event.data


def with_requests(url, headers):
    import requests_sse

    with requests_sse.EventSource(url, headers=headers, timeout=20) as source:
        for event in source:
            yield event.type, event.last_event_id, event.data


def with_aiohttp(url, headers):
    """aiohttp knows no events, only the lines that they are made of."""
    import aiohttp

    async def events(queue):
        async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
            response.raise_for_status()
            fields = {}
            async for line in response.content:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                elif "data" in fields:
                    queue.append((fields.pop("event", "message"), fields.get("id"), fields.pop("data")))
                    if len([event for event in queue if event[0] == "message"]) == count:
                        return

    queue = []
    asyncio.run(asyncio.wait_for(events(queue), 20))
    return queue


libraries = {
    "aiohttp": with_aiohttp,
    "httpx-sse": with_httpx,
    "requests-sse": with_requests,
    "sseclient-py": with_sseclient,
}
library, url, cursor, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
headers = {"Accept": "text/event-stream", **({"Last-Event-ID": cursor} if cursor else {})}
for kind, last_event_id, data in libraries[library](url, headers):
    if kind == "message":
        print(last_event_id, data, sep="\t", flush=True)
        count -= 1
        if count == 0:
            break

"""Prints what icalendar (PyPI, Debian's python3-icalendar) understands of an
iCalendar stream on standard input, as JSON. Times are resolved with Python's
own zone database."""

import datetime
import json
import sys

import icalendar


def instant(prop):
    value = prop.dt
    if not isinstance(value, datetime.datetime):
        return value.isoformat()
    if value.tzinfo is None:
        raise ValueError(f"no zone: {value}")
    return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def several(value):
    return value if isinstance(value, list) else [] if value is None else [value]


calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
events = []
for event in calendar.walk("VEVENT"):
    if event.errors:
        raise ValueError(event.errors)
    events.append(
        {
            "uid": str(event["UID"]),
            "start": instant(event["DTSTART"]),
            "end": instant(event["DTEND"]),
            "summary": str(event.get("SUMMARY", "")),
            "location": str(event.get("LOCATION", "")),
            "description": str(event.get("DESCRIPTION", "")),
            "status": str(event.get("STATUS", "")),
            "transp": str(event.get("TRANSP", "")),
            "sequence": int(event["SEQUENCE"]),
            "attendees": [f"{a.params['CN']} {a}" for a in several(event.get("ATTENDEE"))],
        }
    )
json.dump({"method": str(calendar.get("METHOD", "")), "name": str(calendar.get("NAME", "")), "events": events}, sys.stdout)

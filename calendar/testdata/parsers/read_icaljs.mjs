// Prints what ical.js understands of an iCalendar stream on standard input, as
// JSON. Times are resolved with the VTIMEZONEs of the stream alone.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const module = await import(pathToFileURL(createRequire(process.argv[2] + '/x.js').resolve('ical.js')).href);
const ICAL = module.default ?? module;

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, 'utf8')));
ICAL.TimezoneService.reset();
for (const zone of calendar.getAllSubcomponents('vtimezone')) ICAL.TimezoneService.register(zone);

function instant(property) {
  const time = property.getFirstValue();
  if (time.isDate) return time.toString();
  if (time.zone === ICAL.Timezone.localTimezone) throw new Error(`no VTIMEZONE for ${property.getParameter('tzid')}`);
  return time.convertToZone(ICAL.Timezone.utcTimezone).toString();
}

const text = (component, name) => String(component.getFirstPropertyValue(name) ?? '');
const events = calendar.getAllSubcomponents('vevent').map((event) => ({
  uid: text(event, 'uid'),
  start: instant(event.getFirstProperty('dtstart')),
  end: instant(event.getFirstProperty('dtend')),
  summary: text(event, 'summary'),
  location: text(event, 'location'),
  description: text(event, 'description'),
  status: text(event, 'status'),
  transp: text(event, 'transp'),
  sequence: Number(text(event, 'sequence')),
  attendees: event.getAllProperties('attendee').map((a) => `${a.getParameter('cn')} ${a.getFirstValue()}`),
}));
console.log(JSON.stringify({ method: text(calendar, 'method'), name: text(calendar, 'name'), events }));

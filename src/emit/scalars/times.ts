import { makeScalar, refuse } from './make-scalar.ts';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const DATE_TIME =
  /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:([Zz])|([+-])(\d{2}):(\d{2}))$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/;

/** An instant; ISO 8601 in UTC with milliseconds, years 1 to 9999. */
export const GraphQLDateTime = makeScalar({
  name: 'DateTime',
  description:
    'An instant, as ISO 8601 with an offset: `"2026-01-02T03:04:05.678Z"`. Answers are in UTC, to the millisecond.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  parse: parseDateTime,
  serialize: (value) => (value instanceof Date ? dateTimeOf(value) : parseDateTime(value)),
});

const INSTANT = 'an instant with an offset, such as "2026-01-02T03:04:05Z", from year 1 to 9999';

function parseDateTime(value: unknown): string {
  if (typeof value === 'string' && isOwnForm(value)) return value;
  const match = typeof value === 'string' ? DATE_TIME.exec(value) : null;
  const [
    ,
    date = '',
    hour,
    minute,
    second = '0',
    fraction = '',
    ,
    sign,
    offsetHour = '0',
    offsetMinute = '0',
  ] = match ?? [];
  const day = match ? dayOf(date) : undefined;
  if (day === undefined || !isClock(hour, minute, second) || !isClock(offsetHour, offsetMinute, '0')) {
    throw refuse('DateTime', value, INSTANT);
  }
  const clock = Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second) * 1000;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000 * (sign === '-' ? -1 : 1);
  const instant = new Date(day + clock + Number(fraction.padEnd(3, '0').slice(0, 3)) - offset);
  if (instant.getUTCFullYear() < 1 || instant.getUTCFullYear() > 9999)
    throw refuse('DateTime', value, INSTANT);
  return instant.toISOString();
}

/** Whether an instant is written as answers write it: what clients send was most often read from one, and needs no work. */
function isOwnForm(text: string): boolean {
  if (text.length !== 24 || text.startsWith('0000')) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString() === text;
}

function dateTimeOf(value: Date): string {
  if (Number.isNaN(value.getTime())) throw refuse('DateTime', 'Invalid Date', INSTANT);
  return parseDateTime(value.toISOString());
}

/** A calendar day. */
export const GraphQLDate = makeScalar({
  name: 'Date',
  description: 'A day of the calendar: `"2026-01-31"`.',
  parse: parseDate,
  serialize: (value) => parseDate(value instanceof Date ? dateTimeOf(value).slice(0, 10) : value),
});

function parseDate(value: unknown): string {
  if (typeof value !== 'string' || dayOf(value) === undefined) {
    throw refuse('Date', value, 'a day of the calendar, such as "2026-01-31"');
  }
  return value;
}

/** A time of the day without a zone, to the millisecond. */
export const GraphQLTime = makeScalar({
  name: 'Time',
  description: 'A time of the day without a zone: `"09:30:00"` or `"09:30:00.25"`.',
  parse: parseTime,
  serialize: (value) => parseTime(value instanceof Date ? dateTimeOf(value).slice(11, 23) : value),
});

function parseTime(value: unknown): string {
  const [, hour, minute, second = '00', fraction = ''] =
    (typeof value === 'string' && TIME.exec(value)) || [];
  if (!isClock(hour, minute, second)) throw refuse('Time', value, 'a time of the day, such as "09:30:00"');
  const kept = fraction.slice(0, 3).replace(/0+$/, '');
  return `${hour}:${minute}:${second}${kept === '' ? '' : `.${kept}`}`;
}

/** Milliseconds of the start of the day, or undefined for a day that no calendar has. */
function dayOf(text: string): number | undefined {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined || year === '0000') return undefined;
  const time = Date.parse(`${text}T00:00:00.000Z`);
  const isReal = !Number.isNaN(time) && new Date(time).getUTCDate() === Number(day);
  return isReal && new Date(time).getUTCMonth() + 1 === Number(month) ? time : undefined;
}

function isClock(hour: string | undefined, minute: string | undefined, second: string): boolean {
  return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
}

import { copyWords } from './copy-words.ts';

const T = 0x54;
const Z = 0x5a;
const SPACE = 0x20;
const PLUS = 0x2b;
const DASH = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** `2026-01-02` and `03:04:05`. */
const DATE = 10;
const TIME = 8;
const MILLISECONDS = 3;

/**
 * An instant as PostgreSQL sends it with `datestyle = ISO` (`2026-01-02 03:04:05.06+00`, or without zone for UTC) as RFC 3339 has it, with
 * milliseconds: `2026-01-02T03:04:05.060Z`. What is finer is cut off, as `to_char` does. Answers where it has come to.
 * @throws Error where the text has another form, because somebody has changed that setting of the connection
 */
export function writeInstant(from: DataView, start: number, end: number, to: DataView, at: number): number {
  const middle = start + DATE;
  let i = middle + 1 + TIME;
  if (i > end || from.getUint8(middle) !== SPACE) return writeAnyZone(from, start, end, to, at);
  copyWords(from, start, middle, to, at);
  to.setUint8(at + DATE, T);
  let next = copyWords(from, middle + 1, i, to, at + DATE + 1);
  to.setUint8(next++, POINT);
  if (i < end && from.getUint8(i) === POINT) i++;
  for (let digit = 0; digit < MILLISECONDS; digit++)
    to.setUint8(next++, isDigit(from, i, end) ? from.getUint8(i++) : ZERO);
  while (isDigit(from, i, end)) i++;
  if (i < end && !isZoneOfUtc(from, i, end)) return writeAnyZone(from, start, end, to, at);
  to.setUint8(next++, Z);
  return next;
}

/** @throws Error where a date is not sent as `2026-01-02`, likewise */
export function assertDay(from: DataView, start: number, end: number): void {
  const isIso =
    end - start === DATE && from.getUint8(start + 4) === DASH && from.getUint8(start + 7) === DASH;
  if (!isIso) throw notIso();
}

function isDigit(from: DataView, i: number, end: number): boolean {
  if (i >= end) return false;
  const byte = from.getUint8(i);
  return byte >= ZERO && byte <= NINE;
}

function isZoneOfUtc(from: DataView, i: number, end: number): boolean {
  return (
    end - i === 3 &&
    from.getUint8(i) === PLUS &&
    from.getUint8(i + 1) === ZERO &&
    from.getUint8(i + 2) === ZERO
  );
}

const ZONED =
  /^(?<year>\d{4,6})-(?<month>\d\d)-(?<day>\d\d) (?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?:\.(?<fraction>\d+))?(?<zone>[+-]\d\d(?::\d\d){0,2})(?<bc> BC)?$/;

/** In the zone of a connection whose setting did not last, behind a pooler: rare, so it may take its time. */
function writeAnyZone(from: DataView, start: number, end: number, to: DataView, at: number): number {
  const bytes = Buffer.from(from.buffer, from.byteOffset + start, end - start);
  const instant = inUtc(bytes.toString('latin1'));
  return at + Buffer.from(to.buffer, to.byteOffset).write(instant, at, 'latin1');
}

function inUtc(text: string): string {
  const parts = ZONED.exec(text)?.groups;
  if (!parts) throw notIso();
  const { year, month, day, hour, minute, second, fraction = '', zone = '', bc } = parts;
  const milliseconds = Number(fraction.slice(0, MILLISECONDS).padEnd(MILLISECONDS, '0'));
  const [hours = 0, minutes = 0, seconds = 0] = zone.slice(1).split(':').map(Number);
  const ahead = (zone.startsWith('-') ? -1 : 1) * ((hours * 60 + minutes) * 60 + seconds);
  const date = new Date(0);
  date.setUTCFullYear(bc ? 1 - Number(year) : Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second) - ahead, milliseconds);
  return date.toISOString();
}

function notIso(): Error {
  return new Error('PostgreSQL sent a time in another form than datestyle = ISO');
}

import type { ConstraintFormat } from './app-model.ts';

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = `${OCTET}(\\.${OCTET}){3}`;
const GROUP = '[0-9a-fA-F]{1,4}';
const LABEL = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

/** Leap days included: a year is one where its last two digits say so, and a century where its first two do. */
const LEAP_YEAR = '([0-9][0-9](0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)';
const DATE = `((?!0000)[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|${LEAP_YEAR}-02-29)`;
const CLOCK = '([01][0-9]|2[0-3]):[0-5][0-9]';

/** An address with `::` leaves out at least one group; one alternative per number of groups in front of it. */
const IPV6 = [
  `(${GROUP}:){7}${GROUP}`,
  `(${GROUP}:){1,7}:`,
  ...[1, 2, 3, 4, 5, 6].map((after) => `(${GROUP}:){1,${7 - after}}(:${GROUP}){1,${after}}`),
  `:(:${GROUP}){1,7}`,
  '::',
  `(${GROUP}:){6}${IPV4}`,
  `::(${GROUP}:){0,5}${IPV4}`,
  ...[1, 2, 3, 4].map((before) => `(${GROUP}:){1,${before}}(:${GROUP}){1,${5 - before}}:${IPV4}`),
  `(${GROUP}:){1,5}:${IPV4}`,
].join('|');

/**
 * What `@constraint(format:)` stands for, as a regular expression that JavaScript (flag `u`) and PostgreSQL (`~`) read
 * alike, so that the check before the write and the CHECK of the database cannot disagree.
 */
export const CONSTRAINT_FORMATS: Readonly<Record<ConstraintFormat, string>> = {
  EMAIL: `^[A-Za-z0-9.!#$%&'*+/=?^_\`{|}~-]{1,64}@${LABEL}(\\.${LABEL})+$`,
  URL: '^[A-Za-z][A-Za-z0-9+.-]*://[^ \\t\\n\\r"<>\\\\^`{|}]+$',
  UUID: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
  SLUG: '^[a-z0-9]+(-[a-z0-9]+)*$',
  IPV4: `^${IPV4}$`,
  IPV6: `^(${IPV6})$`,
  HOSTNAME: `^${LABEL}(\\.${LABEL})*$`,
  DATE: `^${DATE}$`,
  DATETIME: `^${DATE}[Tt]${CLOCK}(:[0-5][0-9](\\.[0-9]{1,9})?)?([Zz]|[+-]${CLOCK})$`,
};

/** The regular expression of a format or a `pattern`, as the check before the write runs it. Unanchored. */
export function constraintRegExp(pattern: string): RegExp {
  return new RegExp(pattern, 'u');
}

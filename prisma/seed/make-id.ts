import type { Faker } from '@faker-js/faker';

/** An id in the form of UUID version 7: 48 bits of time, then faker's own (repeatable) random bits. */
export function makeId(faker: Faker, time: Date): string {
  const milliseconds = time.getTime().toString(16).padStart(12, '0');
  const random = faker.string.hexadecimal({ length: 18, casing: 'lower', prefix: '' });
  const variant = faker.helpers.arrayElement(['8', '9', 'a', 'b']);
  return [
    milliseconds.slice(0, 8),
    milliseconds.slice(8),
    `7${random.slice(0, 3)}`,
    `${variant}${random.slice(3, 6)}`,
    random.slice(6),
  ].join('-');
}

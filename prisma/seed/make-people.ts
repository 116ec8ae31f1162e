import type { Faker } from '@faker-js/faker';
import { makeId } from './make-id.ts';

export type Person = ReturnType<typeof makePeople>[number];
export type Organization = ReturnType<typeof makeOrganizations>[number];
export type Membership = ReturnType<typeof makeMemberships>[number];

const skills = ['design', 'research', 'typescript', 'sql', 'writing', 'accounting', 'support', 'planning'];
const timeZones = ['Europe/Berlin', 'Europe/London', 'America/New_York', 'Asia/Tokyo', 'Australia/Sydney'];

/** The first person is always Ada Lovelace, `ada@example.com`: the account that the tour uses. */
export function makePeople(faker: Faker, count: number) {
  return Array.from({ length: count }, (_, index) => {
    const firstName = index === 0 ? 'Ada' : faker.person.firstName();
    const lastName = index === 0 ? 'Lovelace' : faker.person.lastName();
    const createdAt = faker.date.between({ from: '2024-01-01T08:00:00Z', to: '2024-06-30T18:00:00Z' });
    return {
      id: makeId(faker, createdAt),
      name: `${firstName} ${lastName}`,
      // The number keeps addresses apart where faker repeats a name.
      email: index === 0 ? 'ada@example.com' : `${slug(firstName)}.${slug(lastName)}${index}@example.com`,
      jobTitle: faker.person.jobTitle().slice(0, 80),
      avatar: `https://example.com/avatars/${index}.png`,
      timeZone: faker.helpers.arrayElement(timeZones),
      dayStartsAt: faker.helpers.arrayElement(['07:30:00', '08:00:00', '09:00:00', '10:00:00']),
      skills: faker.helpers.arrayElements(skills, { min: 0, max: 4 }),
      preferences: {
        theme: faker.helpers.arrayElement(['light', 'dark']),
        mail: { digest: faker.datatype.boolean() },
      },
      createdAt: createdAt.toISOString(),
      updatedAt: createdAt.toISOString(),
    };
  });
}

const names = ['Northwind', 'Bluebird Studio', 'Harbour Works', 'Fernhill', 'Copper and Sons', 'Lantern'];

export function makeOrganizations(faker: Faker, people: readonly Person[]) {
  return names.map((name, index) => {
    const createdAt = faker.date.between({ from: '2024-07-01T08:00:00Z', to: '2024-09-30T18:00:00Z' });
    return {
      id: makeId(faker, createdAt),
      name,
      slug: slug(name),
      billingEmail: `billing@${slug(name)}.example.com`,
      intakeSecret: faker.string.alphanumeric(32),
      // Ada founds the first one; the others are founded by people of their own.
      founderId: at(people, index * 10).id,
      createdAt: createdAt.toISOString(),
      updatedAt: createdAt.toISOString(),
    };
  });
}

/** Ten people belong to each organization, and the two before them as guests: so some people are in two. */
export function makeMemberships(
  faker: Faker,
  organizations: readonly Organization[],
  people: readonly Person[],
) {
  const roles = ['OWNER', 'ADMIN', 'ADMIN', ...Array<string>(6).fill('MEMBER'), 'GUEST'];
  return organizations.flatMap((organization, index) => {
    const own = people
      .slice(index * 10, index * 10 + 10)
      .map((person, n) => ({ person, role: at(roles, n) }));
    const visitors = [-2, -1].map((offset) => ({
      person: at(people, (index * 10 + offset + people.length) % people.length),
      role: 'GUEST',
    }));
    return [...own, ...visitors].map(({ person, role }) => {
      const joinedAt = faker.date.between({ from: '2024-10-01T08:00:00Z', to: '2024-12-31T18:00:00Z' });
      return {
        id: makeId(faker, joinedAt),
        organizationId: organization.id,
        personId: person.id,
        role,
        hourly_rate: faker.finance.amount({ min: 40, max: 160, dec: 2 }),
        joinedAt: joinedAt.toISOString(),
      };
    });
  });
}

/** The element, which has to be there. */
export function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`The sample data has no element ${index} of ${list.length}.`);
  return item;
}

function slug(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

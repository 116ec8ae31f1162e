import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, as, createTestApp, type TestApp } from '../support/app.ts';

const SDL = `type Lease @model @access(read: "true", create: "true", update: "true") {
  id: ID! @id(auto: INT)
  tally: Int!
  half: Int! @computed(sql: "nullif(tally, 7) / 2")
  halves: [Int!] @computed(sql: "ARRAY[1, nullif(tally, 8)]")
  texts: [String!]! @computed(sql: "CASE WHEN tally <> 9 THEN ARRAY['a', nullif(tally, 10)::text] END")
  size: PositiveInt @computed(sql: "tally + 3")
  sizes: [NonNegativeInt!] @computed(sql: "ARRAY[1, tally + 4]")
  secret: PositiveInt @computed(sql: "12 - tally") @hidden
  closed: Int! @computed(sql: "nullif(tally, 11)") @access(read: "'boss' in viewer.roles")
}`;

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp(SDL);
});
afterAll(() => app?.close());

describe.each([true, false])('compiled: %s', (compile) => {
  const FIELDS = '{ half halves texts size sizes }';
  const told = async (mutation: string): Promise<unknown> => {
    const { data, errors } = await app.graphql(mutation, {}, ADMIN, { compile });
    return errors.length === 0 ? data : errors.map(({ message }) => message);
  };

  it.each([
    [7, 'half must not be null'],
    [8, 'halves must not contain null'],
    [9, 'texts must not be null'],
    [10, 'texts must not contain null'],
    [-3, 'size must be greater than 0'],
  ])('a write of %i is refused, since %s', async (tally, complaint) => {
    const refused = [`Invalid input: input.${complaint}`];
    expect(await told(`mutation { createLease(input: { tally: ${tally} }) ${FIELDS} }`)).toEqual(refused);
    expect(await told('mutation { createLease(input: { tally: 1 }) { tally } }')).toEqual({
      createLease: { tally: 1 },
    });
    const batch = `mutation { updateLeases(where: {}, input: { tally: ${tally} }) { count } }`;
    expect(await told(batch)).toEqual(refused);
  });

  it.each([11, 12])('a write of %i is refused without a name that its viewer cannot see', async (tally) => {
    const mutation = `mutation { createLease(input: { tally: ${tally} }) { id } }`;
    const { errors } = await app.graphql(mutation, {}, as('7'), { compile });
    expect(errors.map(({ message }) => message)).toEqual(['Invalid input: input breaks a constraint']);
  });

  it('all others are stored', async () => {
    expect(await told(`mutation { createLease(input: { tally: -1 }) ${FIELDS} }`)).toEqual({
      createLease: { half: 0, halves: [1, -1], texts: ['a', '-1'], size: 2, sizes: [1, 3] },
    });
  });
});

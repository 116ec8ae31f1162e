import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTwoPaths, type TwoPaths } from './two-paths.ts';

/** The API's times end at the millisecond; columns that the author declares, and computed ones, may be finer. */
let paths: TwoPaths;
beforeAll(async () => {
  paths = await startTwoPaths(`
    type Shift @model @access(read: "true") {
      id: ID! @id(auto: INT)
      name: String!
      starts: Time @column(type: "time")
      pauses: [Time!] @column(type: "time(6)")
      twice: Time @computed(sql: "starts + interval '1 microsecond'")
    }`);
  await paths.reads.run(`INSERT INTO "Shift" (id, name, starts, pauses) VALUES
    (1, 'a', '10:00:00.001999', '{09:59:59.999999,10:00:00.1005}'), (2, 'b', '10:00:00.0001', '{10:00:00}'),
    (3, 'c', '20:30:00', NULL), (4, 'd', NULL, '{}'), (5, 'e', '10:20:30.25', '{23:59:59.999999}')`);
});
afterAll(() => paths?.reads.stop());

it.each([
  '{ shifts { starts pauses twice } }',
  '{ shiftsAggregate(where: {starts: {lt: "10:10:00"}}) { min { starts twice } max { starts twice } } }',
  '{ shiftsGroups(by: [{field: starts}, {field: twice}]) { key { starts twice } aggregate { max { twice } } } }',
])('is answered alike by both paths: %s', async (source) => {
  const { compiled, resolvers, errors } = await paths.ask({ source });
  expect(errors).toEqual([]);
  expect(compiled).toBe(resolvers);
});

it('is cut off, never rounded', async () => {
  const { compiled } = await paths.ask({ source: '{ shifts { starts pauses } }' });
  expect(JSON.parse(compiled ?? '')).toEqual({
    shifts: [
      { starts: '10:00:00.001', pauses: ['09:59:59.999', '10:00:00.1'] },
      { starts: '10:00:00', pauses: ['10:00:00'] },
      { starts: '20:30:00', pauses: null },
      { starts: null, pauses: [] },
      { starts: '10:20:30.25', pauses: ['23:59:59.999'] },
    ],
  });
});

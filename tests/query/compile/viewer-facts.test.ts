import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KnownViewer } from '../../../src/model/viewer.ts';
import { startTwoPaths, type TwoPaths } from './two-paths.ts';

const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const SDL = `
type Owned @model @access(read: "this.owner == viewer.id") { id: ID! @id(auto: INT) owner: ID }
type Mailed @model @access(read: "this.to == viewer.email") { id: ID! @id(auto: INT) to: EmailAddress }
type Member @model @access(read: "viewer.claims.team != null && this.team == viewer.claims.team") {
  id: ID! @id(auto: INT)
  team: String
  note: String @access(read: "viewer.emailVerified == true")
}
type Place @model @access(read: "this.id in viewer.claims.places.all") { id: ID! @id(auto: INT) name: String }
type Key @model @access(read: "this.key == viewer.claims.key") { id: ID! @id(auto: INT) key: UUID }
type Level @model @access(read: "this.level <= viewer.claims.level || 'root' in viewer.roles") {
  id: ID! @id(auto: INT)
  level: Int!
}
type Both @model @access(read: "this.number == viewer.claims.both || this.text == viewer.claims.both") {
  id: ID! @id(auto: INT)
  number: Int
  text: String
}
type Reader @model @access(read: "this.mails.exists(m, m.to == viewer.claims.mail)") {
  id: ID! @id(auto: INT)
  mails: [Letter!]!
}
type Sized @model @access(read: "this.size == viewer.claims.list.length && 'a' in viewer.claims.list") { id: ID! @id(auto: INT) size: Int }
type Letter @model @access(read: "true") { id: ID! @id(auto: INT) to: String reader: Reader! }
`;

const LISTS = ['owneds', 'maileds', 'places', 'keys', 'levels', 'boths', 'readers'] as const;
const MEMBERS = '{ members(orderBy: [{ id: ASC }]) { id note } }';

let paths: TwoPaths;
beforeAll(async () => {
  paths = await startTwoPaths(SDL);
  await paths.reads.run(`
    INSERT INTO "Owned" (owner) VALUES ('1'), ('2'), ('word'), (NULL);
    INSERT INTO "Mailed" ("to") VALUES ('a@x.org'), ('b@x.org'), (NULL);
    INSERT INTO "Member" (team, note) VALUES ('red', 'r'), ('blue', 'b'), ('1', 'one'), ('', 'none'), (NULL, 'null');
    INSERT INTO "Place" (name) VALUES ('A'), ('B'), ('C'), ('D');
    INSERT INTO "Key" (key) VALUES ('${uuid(1)}'), ('${uuid(2)}'), (NULL);
    INSERT INTO "Level" (level) VALUES (-1), (0), (1), (2);
    INSERT INTO "Both" (number, text) VALUES (1, '1'), (2, 'red'), (NULL, '');
    INSERT INTO "Sized" (size) VALUES (1), (2);
    INSERT INTO "Reader" DEFAULT VALUES;
    INSERT INTO "Reader" DEFAULT VALUES;
    INSERT INTO "Letter" ("to", "readerId") VALUES ('a', 1), ('b', 2), ('b', 1)`);
});
afterAll(() => paths?.reads.stop());

const viewer = (facts: Partial<KnownViewer>): KnownViewer => ({ kind: 'viewer', id: '1', ...facts });

/** How often the last of some viewers, each asking once, was answered by a prepared statement: 1 or 0. */
async function preparedForLast(source: string, viewers: readonly KnownViewer[]): Promise<number> {
  let prepared = 0;
  for (const one of viewers) {
    const answers = await paths.ask({ source, viewer: one });
    expect(answers.errors).toEqual([]);
    expect(answers.compiled).toBe(answers.resolvers);
    prepared = answers.prepared.length;
  }
  return prepared;
}

const people = (facts: (number: number) => Partial<KnownViewer>) =>
  Array.from({ length: 4 }, (_, number) => viewer({ id: String(number + 1), ...facts(number) }));

describe('what is known of a viewer', () => {
  it.each([
    ['words', ['ann', 'bob', 'zoe', 'x_1']],
    ['of an issuer', ['auth0|64b7f3', 'google-oauth2|1', 'auth0|000', 'abc|def']],
    ['letters and digits', ['c0ffee0x', 'clh3am8hb0000qwer', '01ARZ3NDEKTSV4RRFFQ69G5FAV', 'abcdef']],
    ['long numbers', ['10987654321', '175928847299117063', '99999999999', '123456789012345678']],
    [
      'longer numbers',
      ['109876543210987654321', '100000000000000000000', '999999999999999999999', '123456789012345678901'],
    ],
  ])('may be an id in any form: %s', async (_, ids) => {
    const viewers = ids.map((id) => viewer({ id }));
    expect(await preparedForLast('{ owneds(orderBy: [{ id: ASC }]) { id owner } }', viewers)).toBe(1);
  });

  it('and of no matter to any rule lets viewers share a statement', async () => {
    const viewers = people((number) => ({
      email: `${number}@x.org`,
      claims: { unheardOf: number, level: 1 },
      roles: [],
    }));
    expect(await preparedForLast('{ owneds { id owner } }', viewers)).toBe(1);
  });

  it.each([
    ['an email', 'maileds', (number: number) => ({ email: `${'abcd'[number]}@x.org` })],
    [
      'a claim',
      'members',
      (number: number) => ({ claims: { team: ['red', 'blue', 'red', 'none'][number] } }),
    ],
    ['an id', 'keys', (number: number) => ({ claims: { key: uuid(number) } })],
    ['a number', 'levels', (number: number) => ({ claims: { level: number + 1 }, roles: [] })],
    [
      'a list',
      'places',
      (number: number) => ({ claims: { places: { all: ['4', '3', '2', '1'].slice(number) } } }),
    ],
    ['a claim of rows further on', 'readers', (number: number) => ({ claims: { mail: 'abab'[number] } })],
  ])('and only compared is a parameter: %s', async (_, field, facts) => {
    const viewers = people((number) => facts(number) as Partial<KnownViewer>);
    expect(await preparedForLast(`{ ${field}(orderBy: [{ id: ASC }]) { id __typename } }`, viewers)).toBe(1);
  });

  it('and decides keeps statements apart', async () => {
    for (const turn of [1, 2, 3]) {
      for (const emailVerified of [true, false]) {
        const asked = viewer({ claims: { team: turn === 2 ? 'red' : 'blue' }, emailVerified });
        const { compiled, resolvers } = await paths.ask({ source: MEMBERS, viewer: asked });
        expect(compiled).toBe(resolvers);
        const note = !emailVerified ? null : turn === 2 ? 'r' : 'b';
        expect(JSON.parse(compiled ?? '').members).toEqual([{ id: turn === 2 ? '1' : '2', note }]);
      }
    }
  });

  it('such as the length of a list is none of a list of that length', async () => {
    for (const list of [['a'], ['b', 'a'], ['a'], ['b', 'a']]) {
      const asked = viewer({ claims: { list } });
      const { compiled, resolvers } = await paths.ask({ source: '{ sizeds { size } }', viewer: asked });
      expect(compiled).toBe(resolvers);
      expect(JSON.parse(resolvers).sizeds).toEqual([{ size: list.length }]);
    }
  });

  it('may be anything: both paths answer alike, whoever asked before', { timeout: 60_000 }, async () => {
    const text = fc.constantFrom(
      '',
      ' ',
      'a',
      'b',
      'red',
      'blue',
      '1',
      '2',
      '007',
      '\0',
      '\ud800',
      uuid(1),
      uuid(2).toUpperCase(),
      'a@x.org',
      'b@x.org',
      '__proto__',
      'auth0|1',
      'c0ffee',
      ' a',
      'a ',
      '-5',
      '2147483648',
      '9223372036854775808',
      '12345678901',
      '109876543210987654321',
    );
    const number = fc.constantFrom(0, 1, 2, -1, 1.5, 2 ** 40, -0);
    const leaf = fc.oneof(text, number, fc.boolean(), fc.constant(null));
    const value = fc.oneof(
      leaf,
      fc.array(leaf, { maxLength: 3 }),
      fc.array(text, { maxLength: 3 }),
      fc.record({ all: leaf, org: leaf }),
    );
    const places = fc.oneof(value, fc.record({ all: fc.oneof(value, fc.subarray(['1', '2', '3', '4'])) }));
    const claims = fc.record(
      { team: value, places, key: value, level: value, both: value, mail: value },
      { requiredKeys: [] },
    );
    const some = fc.record(
      {
        id: text.filter((id) => id.trim() !== '' && !/[\0\ud800]/.test(id)),
        email: text,
        emailVerified: fc.boolean(),
        roles: fc.array(fc.constantFrom('root', 'other'), { maxLength: 2 }),
        claims,
      },
      { requiredKeys: ['id'] },
    );
    const sources = [MEMBERS, ...LISTS.map((field) => `{ ${field}(orderBy: [{ id: ASC }]) { id } }`)];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...sources),
        fc.array(some, { minLength: 4, maxLength: 8 }),
        async (source, viewers) => {
          for (const facts of viewers) {
            const asked = viewer(facts as Partial<KnownViewer>);
            const { compiled, resolvers, errors } = await paths.ask({ source, viewer: asked });
            if (errors.length > 0) expect(compiled).toBeUndefined();
            else expect(compiled ?? resolvers, JSON.stringify([source, asked])).toBe(resolvers);
          }
          expect(paths.faults).toEqual([]);
        },
      ),
      { numRuns: 200, interruptAfterTimeLimit: 30_000 },
    );
  });
});

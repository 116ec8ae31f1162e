import type { ViewerState } from '../../../src/model/viewer.ts';
import { uuid } from './random-world.ts';

/**
 * SQL that changes, removes and adds only what the viewer may not read in the tables of `random-world.ts`. What may be read
 * is written down here by hand, a second time and in SQL, so that the rules are not trusted to be their own judge.
 */
export function changeWhatIsHidden(viewer: ViewerState, now: Date, seed: number): readonly string[] {
  const signedIn = viewer.kind === 'viewer';
  const id = signedIn ? `'${viewer.id}'` : 'NULL';
  const isAdmin = signedIn && viewer.roles?.includes('admin') === true;
  const instant = `'${now.toISOString()}'::timestamptz`;
  const ownTeam = `(SELECT p."teamId" FROM "Person" p WHERE p.id::text = ${id})`;
  const seenTask = (t: string) =>
    `((${t}.level <> 'HIGH' OR ${t}."ownerId"::text = ${id} OR ${isAdmin}) IS TRUE)`;
  const seenTeam = (t: string) => `(${signedIn} AND (${t}.open OR ${t}.id = ${ownTeam}) IS TRUE)`;
  const seenProfile = (t: string) => `((${t}."personId"::text = ${id} OR ${t}.public) IS TRUE)`;
  const seenNote = (n: string) =>
    `((${n}.until > ${instant}) IS TRUE AND EXISTS (SELECT FROM "Task" t WHERE t.id = ${n}."taskId" AND ${seenTask('t')}))`;
  const hiddenTeams = `(SELECT g.id FROM "Team" g WHERE NOT ${seenTeam('g')})`;
  const half = (row: string, salt: string) => `(hashtext(${row}.id::text || '${salt}${seed}') & 1) = 0`;
  const others = `p.id::text IS DISTINCT FROM ${id}`;
  const otherPerson = `(SELECT p.id FROM "Person" p WHERE ${others} ORDER BY hashtext(p.id::text || '${seed}') LIMIT 1)`;
  const someHiddenTeam = `(SELECT g.id FROM "Team" g WHERE NOT ${seenTeam('g')} ORDER BY hashtext(g.id::text || '${seed}') LIMIT 1)`;

  return [
    // Keys of what leads to a hidden team: to another one, or to none.
    `UPDATE "Task" x SET "teamId" = ${someHiddenTeam} WHERE x."teamId" IN ${hiddenTeams}`,
    `UPDATE "Task" x SET "teamId" = NULL WHERE x."teamId" IN ${hiddenTeams} AND ${half('x', 'a')}`,
    `UPDATE "Person" x SET "teamId" = NULL WHERE x."teamId" IN ${hiddenTeams} AND ${half('x', 'b')}`,
    `UPDATE "Person" x SET "teamId" = ${someHiddenTeam} WHERE x."teamId" IS NULL AND ${half('x', 'c')} AND x.id::text IS DISTINCT FROM ${id}`,
    // Hidden fields of rows that are seen.
    `UPDATE "Person" x SET secret = md5(x.id::text || '${seed}') WHERE x.id::text IS DISTINCT FROM ${id}`,
    `UPDATE "Task" x SET never = CASE WHEN ${half('x', 'd')} THEN NULL ELSE 'a${seed}' END`,
    `UPDATE "Task" x SET hidden = hashtext(x.id::text || '${seed}') % 5 WHERE NOT (${signedIn} AND (x.points > 0) IS TRUE)`,
    // Hidden rows: other values, fewer, more.
    `UPDATE "Task" x SET title = 'two a team ${seed}', level = 'HIGH', points = ${seed % 9}, ratio = 0.25, price = 17.5, size = 12,
       due = now(), day = '2024-02-29', code = '${uuid(7)}', data = '{"a": 1}', done = NOT done, labels = '{a,b}', hidden = 2,
       "ownerId" = ${otherPerson}, "teamId" = NULL WHERE NOT ${seenTask('x')}`,
    `DELETE FROM "_watching" w USING "Task" x WHERE w."B" = x.id AND NOT ${seenTask('x')} AND ${half('x', 'e')}`,
    `DELETE FROM "Note" n USING "Task" x WHERE n."taskId" = x.id AND NOT ${seenTask('x')} AND ${half('x', 'f')}`,
    `DELETE FROM "_watching" w USING "Task" x WHERE w."B" = x.id AND NOT ${seenTask('x')} AND ${half('x', 'f')}`,
    `DELETE FROM "Task" x WHERE NOT ${seenTask('x')} AND ${half('x', 'f')}`,
    `INSERT INTO "Task" (id, title, level, points, done, "ownerId", labels, levels, prices, ratios, dues, "teamId")
       SELECT ('00000000-0000-7000-8000-00000000090' || n)::uuid, 'a', 'HIGH', n, true, ${otherPerson}, '{}', '{}', '{}', '{}', '{}', (SELECT id FROM "Team" LIMIT 1)
       FROM generate_series(1, 3) n WHERE NOT ${isAdmin}`,
    `INSERT INTO "_watching" SELECT p.id, x.id FROM "Person" p, "Task" x WHERE NOT ${seenTask('x')} AND ${half('p', 'g')} ON CONFLICT DO NOTHING`,
    `UPDATE "Note" n SET text = 'a${seed}', until = '2000-01-01' WHERE NOT ${seenNote('n')}`,
    `DELETE FROM "Note" n WHERE NOT ${seenNote('n')} AND ${half('n', 'h')}`,
    `INSERT INTO "Note" (id, "taskId", text, until) SELECT 900 + row_number() OVER (), x.id, 'a', NULL FROM "Task" x WHERE ${half('x', 'i')}`,
    `UPDATE "Profile" x SET bio = 'a${seed}' WHERE NOT ${seenProfile('x')}`,
    `DELETE FROM "Profile" x WHERE NOT ${seenProfile('x')} AND ${half('x', 'j')}`,
    `INSERT INTO "Profile" (id, "personId", public, bio) SELECT gen_random_uuid(), p.id, false, 'b' FROM "Person" p
       WHERE ${others} AND ${half('p', 'k')} AND NOT EXISTS (SELECT FROM "Profile" q WHERE q."personId" = p.id)`,
    `UPDATE "Team" x SET name = x.name || '${seed}' WHERE NOT ${seenTeam('x')}`,
    `UPDATE "Task" y SET "teamId" = NULL FROM "Team" x WHERE y."teamId" = x.id AND NOT ${seenTeam('x')} AND ${half('x', 'l')}`,
    `UPDATE "Person" y SET "teamId" = NULL FROM "Team" x WHERE y."teamId" = x.id AND NOT ${seenTeam('x')} AND ${half('x', 'l')}`,
    `DELETE FROM "Team" x WHERE NOT ${seenTeam('x')} AND ${half('x', 'l')}`,
    `INSERT INTO "Team" (id, name, open) VALUES ('${uuid(190)}', 'aa', false)`,
    ...(signedIn
      ? []
      : [
          `DELETE FROM "Slip" s WHERE ${half('s', 'm')}`,
          `UPDATE "Slip" s SET "markId" = (SELECT max(m.id) FROM "Mark" m) WHERE ${half('s', 'n')}`,
        ]),
  ];
}

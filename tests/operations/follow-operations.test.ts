import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfig } from '../../src/config/index.ts';
import { formatProblem } from '../../src/kit/problem.ts';
import { developProject } from '../../src/project/develop-project.ts';
import { findProject } from '../../src/project/find-project.ts';
import { createDatabase } from '../support/database.ts';

// It writes types too, which takes seconds on a busy machine.
it('dev tells what of operations/ does not fit, lists the rest, and serves', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-follow-'));
  const { url, drop } = await createDatabase();
  try {
    mkdirSync(join(directory, 'operations'));
    writeFileSync(
      join(directory, 'schema.graphql'),
      'type Team @model @access(read: "true") { id: ID! name: String! }',
    );
    writeFileSync(join(directory, 'operations/good.graphql'), 'query Good { teams { name } }');
    writeFileSync(join(directory, 'operations/bad.graphql'), 'query Bad { teams { nam } }');
    const shown: string[] = [];
    const commandLine = { port: 0, databaseUrl: url, logLevel: 'silent' };
    const session = await developProject({
      project: findProject(directory),
      config: readConfig({}, { mode: 'development', commandLine }),
      watch: false,
      note: () => undefined,
      showProblems: (problems) => shown.push(...problems.map(formatProblem)),
    });
    const answer = await fetch(`${session.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'query Good { teams { name } }' }),
    });
    expect(await answer.json()).toEqual({ data: { teams: [] } });
    await session.stop();
    expect(shown).toEqual([
      'operations/bad.graphql:1:21 Cannot query field "nam" on type "Team". Did you mean "name"?',
    ]);
    expect(existsSync(join(directory, 'generated/persisted-documents.json'))).toBe(true);
  } finally {
    await drop();
    rmSync(directory, { recursive: true, force: true });
  }
}, 120_000);

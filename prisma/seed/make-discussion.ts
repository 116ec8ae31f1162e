import type { Faker } from '@faker-js/faker';
import { makeId } from './make-id.ts';
import type { Membership } from './make-people.ts';
import type { Project } from './make-projects.ts';
import type { Task } from './make-tasks.ts';

const files = [
  { extension: 'png', contentType: 'image/png' },
  { extension: 'pdf', contentType: 'application/pdf' },
  { extension: 'csv', contentType: 'text/csv' },
  { extension: 'zip', contentType: 'application/zip' },
];

/** `count` comments on tasks picked at random, each by somebody who sees the task. */
export function makeComments(
  faker: Faker,
  tasks: readonly Task[],
  projects: readonly Project[],
  memberships: readonly Membership[],
  count: number,
) {
  const projectOf = new Map(projects.map((project) => [project.id, project]));
  const readersOf = new Map(
    projects.map((project) => [
      project.id,
      memberships.filter(
        (m) => m.organizationId === project.organizationId && !(project.private && m.role === 'GUEST'),
      ),
    ]),
  );
  return Array.from({ length: count }, () => {
    const task = faker.helpers.arrayElement(tasks);
    const readers = readersOf.get(projectOf.get(task.projectId)?.id ?? '') ?? [];
    const createdAt = faker.date.between({ from: task.createdAt, to: '2026-06-01T09:00:00Z' });
    return {
      id: makeId(faker, createdAt),
      taskId: task.id,
      authorId: faker.helpers.arrayElement(readers).personId,
      body: faker.lorem.sentences({ min: 1, max: 3 }),
      createdAt: createdAt.toISOString(),
      updatedAt: createdAt.toISOString(),
    };
  });
}

export function makeAttachments(faker: Faker, tasks: readonly Task[], count: number) {
  return Array.from({ length: count }, () => {
    const task = faker.helpers.arrayElement(tasks);
    const file = faker.helpers.arrayElement(files);
    const createdAt = faker.date.between({ from: task.createdAt, to: '2026-06-01T09:00:00Z' });
    return {
      id: makeId(faker, createdAt),
      taskId: task.id,
      uploaderId: task.reporterId,
      fileName: `${faker.word.noun()}-${faker.number.int({ min: 1, max: 99 })}.${file.extension}`,
      contentType: file.contentType,
      size: String(faker.number.int({ min: 200, max: 80_000_000 })),
      checksum: faker.string.hexadecimal({ length: 64, casing: 'lower', prefix: '' }),
      createdAt: createdAt.toISOString(),
    };
  });
}

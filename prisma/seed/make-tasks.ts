import type { Faker } from '@faker-js/faker';
import { makeId } from './make-id.ts';
import { at, type Membership } from './make-people.ts';
import type { Label, Project } from './make-projects.ts';

export type Task = ReturnType<typeof makeTask>;

const statuses = [
  { value: 'DONE', weight: 45 },
  { value: 'TODO', weight: 20 },
  { value: 'BACKLOG', weight: 15 },
  { value: 'IN_PROGRESS', weight: 10 },
  { value: 'IN_REVIEW', weight: 5 },
  { value: 'CANCELLED', weight: 5 },
];
const priorities = [
  { value: 'NORMAL', weight: 60 },
  { value: 'HIGH', weight: 20 },
  { value: 'LOW', weight: 15 },
  { value: 'URGENT', weight: 5 },
];
const dayMs = 86_400_000;

/** Oldest first, `perProject` for each project and 240 more in the first one; every ninth is a part of an earlier one. */
export function makeTasks(
  faker: Faker,
  projects: readonly Project[],
  memberships: readonly Membership[],
  perProject: number,
) {
  return projects.flatMap((project, index) => {
    const members = memberships.filter(
      (m) => m.organizationId === project.organizationId && m.role !== 'GUEST',
    );
    const tasks: Task[] = [];
    for (let n = 0; n < perProject + (index === 0 ? 240 : 0); n++) {
      const parent = n % 9 === 8 ? at(tasks, n - faker.number.int({ min: 1, max: 8 })) : undefined;
      tasks.push(makeTask(faker, project, members, parent?.parentId === null ? parent.id : null));
    }
    return tasks;
  });
}

function makeTask(faker: Faker, project: Project, members: readonly Membership[], parentId: string | null) {
  const createdAt = faker.date.between({ from: '2025-04-01T08:00:00Z', to: '2026-05-31T18:00:00Z' });
  const status = faker.helpers.weightedArrayElement(statuses);
  const completedAt =
    status === 'DONE' ? faker.date.between({ from: createdAt, to: '2026-06-01T09:00:00Z' }) : null;
  const start = new Date(createdAt.getTime() + faker.number.int({ min: 0, max: 20 }) * dayMs);
  const due = new Date(start.getTime() + faker.number.int({ min: 1, max: 60 }) * dayMs);
  const estimate = faker.number.int({ min: 1, max: 80 }) / 2;
  return {
    id: makeId(faker, createdAt),
    projectId: project.id,
    title: title(faker),
    description: faker.lorem.paragraph({ min: 1, max: 4 }),
    status,
    priority: faker.helpers.weightedArrayElement(priorities),
    startDate: start.toISOString().slice(0, 10),
    dueDate: maybe(faker, 0.8, due.toISOString().slice(0, 10)),
    estimate: maybe(faker, 0.85, String(estimate)),
    spent: String(spentHours(faker, status, estimate)),
    points: maybe(faker, 0.3, faker.helpers.arrayElement([1, 2, 3, 5, 8, 13])),
    completedAt: completedAt?.toISOString() ?? null,
    assigneeId: maybe(faker, 0.85, faker.helpers.arrayElement(members).personId),
    reporterId: faker.helpers.arrayElement(members).personId,
    parentId,
    version: 1,
    createdAt: createdAt.toISOString(),
    updatedAt: (completedAt ?? createdAt).toISOString(),
  };
}

function title(faker: Faker): string {
  const verb = faker.helpers.arrayElement([
    'Fix',
    'Add',
    'Review',
    'Plan',
    'Write',
    'Test',
    'Remove',
    'Measure',
  ]);
  return `${verb} ${faker.word.adjective()} ${faker.word.noun()}`;
}

function spentHours(faker: Faker, status: string, estimate: number): number {
  if (status === 'BACKLOG' || status === 'TODO' || status === 'CANCELLED') return 0;
  const share =
    status === 'DONE' ? faker.number.float({ min: 0.5, max: 1.6 }) : faker.number.float({ max: 0.9 });
  return Math.round(estimate * share * 4) / 4;
}

/** `value` with the given probability, else null. The die is thrown either way, so later rows stay the same. */
function maybe<T>(faker: Faker, probability: number, value: T): T | null {
  return faker.datatype.boolean(probability) ? value : null;
}

/** Up to three labels of its own organization for each task. "A" and "B" are the columns of a join table. */
export function linkLabels(
  faker: Faker,
  tasks: readonly Task[],
  projects: readonly Project[],
  labels: readonly Label[],
) {
  const organizationOf = new Map(projects.map((project) => [project.id, project.organizationId]));
  return tasks.flatMap((task) => {
    const own = labels.filter((label) => label.organizationId === organizationOf.get(task.projectId));
    return faker.helpers.arrayElements(own, { min: 0, max: 3 }).map((label) => ({ A: label.id, B: task.id }));
  });
}

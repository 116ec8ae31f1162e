import type { Faker } from '@faker-js/faker';
import type { TableRows } from './bulk-insert.ts';
import { makeAttachments, makeComments } from './make-discussion.ts';
import { makeMemberships, makeOrganizations, makePeople } from './make-people.ts';
import { makeLabels, makeProjects } from './make-projects.ts';
import { linkLabels, makeTasks } from './make-tasks.ts';

/** All rows of the sample data, in an order in which every key finds its target. */
export function makeRows(faker: Faker): readonly TableRows[] {
  const people = makePeople(faker, 60);
  const organizations = makeOrganizations(faker, people);
  const memberships = makeMemberships(faker, organizations, people);
  const labels = makeLabels(faker, organizations);
  const projects = makeProjects(faker, organizations, memberships);
  const tasks = makeTasks(faker, projects, memberships, 60);
  return [
    { table: 'Person', rows: people },
    { table: 'Organization', rows: organizations },
    { table: 'Membership', rows: memberships },
    { table: 'Label', rows: labels },
    { table: 'Project', rows: projects },
    { table: 'Task', rows: tasks },
    { table: '_LabelToTask', rows: linkLabels(faker, tasks, projects, labels) },
    { table: 'Comment', rows: makeComments(faker, tasks, projects, memberships, 12_000) },
    { table: 'Attachment', rows: makeAttachments(faker, tasks, 800) },
  ];
}

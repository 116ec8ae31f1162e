import type { Faker } from '@faker-js/faker';
import { makeId } from './make-id.ts';
import { at, type Membership, type Organization } from './make-people.ts';

export type Project = ReturnType<typeof makeProjects>[number];
export type Label = ReturnType<typeof makeLabels>[number];

const labels = {
  bug: '#dc2626',
  feature: '#2563eb',
  chore: '#6b7280',
  design: '#db2777',
  research: '#7c3aed',
  customer: '#059669',
  'quick win': '#d97706',
};

export function makeLabels(faker: Faker, organizations: readonly Organization[]) {
  return organizations.flatMap((organization) =>
    Object.entries(labels).map(([name, color]) => ({
      id: makeId(faker, new Date('2024-10-01T08:00:00Z')),
      organizationId: organization.id,
      name,
      color,
    })),
  );
}

const kinds = [
  { key: 'WEB', name: 'Website relaunch', status: 'ACTIVE', private: false },
  { key: 'APP', name: 'Mobile app', status: 'ACTIVE', private: false },
  { key: 'OPS', name: 'Office and tools', status: 'ACTIVE', private: false },
  { key: 'SALES', name: 'Spring campaign', status: 'FINISHED', private: false },
  { key: 'HR', name: 'Hiring', status: 'ACTIVE', private: true },
  { key: 'DATA', name: 'Numbers and reports', status: 'PAUSED', private: false },
];

/** Six projects for each organization, of which guests do not see one. */
export function makeProjects(
  faker: Faker,
  organizations: readonly Organization[],
  memberships: readonly Membership[],
) {
  return organizations.flatMap((organization) => {
    const leads = memberships.filter((m) => m.organizationId === organization.id && m.role !== 'GUEST');
    return kinds.map((kind, index) => {
      const createdAt = faker.date.between({ from: '2025-01-01T08:00:00Z', to: '2025-03-31T18:00:00Z' });
      return {
        id: makeId(faker, createdAt),
        organizationId: organization.id,
        ...kind,
        name: `${organization.name}: ${kind.name}`,
        description: faker.lorem.sentences({ min: 1, max: 3 }),
        color: faker.color.rgb({ casing: 'lower' }),
        startsOn: createdAt.toISOString().slice(0, 10),
        endsOn: kind.status === 'FINISHED' ? '2026-04-30' : null,
        budget: String(faker.number.int({ min: 10, max: 200 }) * 1000),
        leadId: at(leads, index % leads.length).personId,
        createdAt: createdAt.toISOString(),
        updatedAt: createdAt.toISOString(),
      };
    });
  });
}

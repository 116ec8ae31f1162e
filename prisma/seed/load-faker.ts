import type { Faker } from '@faker-js/faker';

/** Faker with a fixed seed and a fixed "now", so that every run makes the same rows. */
export async function loadFaker(): Promise<Faker> {
  const { faker } = await importFaker();
  faker.seed(20260601);
  faker.setDefaultRefDate('2026-06-01T09:00:00.000Z');
  return faker;
}

async function importFaker(): Promise<typeof import('@faker-js/faker')> {
  try {
    return await import('@faker-js/faker');
  } catch (cause) {
    const remedy = 'Run "npm install --include=dev", or start without sample data.';
    const message = `The sample data is made with @faker-js/faker, a development dependency that is not installed. ${remedy}`;
    // With a remedy of its own, the command line shows the message alone.
    throw Object.assign(new Error(message, { cause }), { remedy });
  }
}

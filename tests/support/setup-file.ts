import { afterAll } from 'vitest';
import { endFile } from './after-file.ts';

afterAll(endFile, 120_000);

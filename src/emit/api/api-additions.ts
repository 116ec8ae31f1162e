import type { SdlDefinition, SdlField } from './sdl.ts';

/** What features put into the API beside what models get. Types that nothing mentions are left out. */
export interface ApiAdditions {
  readonly queries?: readonly SdlField[];
  readonly mutations?: readonly SdlField[];
  readonly types?: readonly SdlDefinition[];
}

/** The additions of several features as one. */
export function mergeAdditions(all: readonly ApiAdditions[]): Required<ApiAdditions> {
  return {
    queries: all.flatMap(({ queries = [] }) => queries),
    mutations: all.flatMap(({ mutations = [] }) => mutations),
    types: all.flatMap(({ types = [] }) => types),
  };
}

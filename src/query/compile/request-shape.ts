import type { GraphQLInputType } from 'graphql';
import type { KnownViewer, ViewerState } from '../../model/viewer.ts';
import { type QueryLimits, RequestScope } from '../request-scope.ts';
import { shapeMark } from './finds-many-at-once.ts';
import type { RuleUse, ViewerFact } from './rule-use.ts';
import { type Holder, idKind, ShapeReader, type Slot, type SlotValue, standIn, textKind } from './slots.ts';
import type { VariableUse } from './variable-use.ts';

/** A variable of an operation with its type, in the order of their definition. */
export interface TypedVariable {
  readonly name: string;
  readonly type: GraphQLInputType;
}

/** What of a request decides about its SQL (`key`), and what is only handed to it (`slots`). */
export interface RequestShape {
  readonly key: string;
  readonly slots: readonly Slot[];
}

export interface ShapeParts {
  readonly scope: RequestScope;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly typed: readonly TypedVariable[];
  readonly use: VariableUse;
  readonly rules: RuleUse;
  /** What the server makes for a row that is about to be stored. */
  readonly made?: MadeValues | undefined;
}

export interface MadeValues {
  readonly id: string;
}

/** Shapes are remembered, and what a stranger sends should not be when it is long. */
const LONGEST_KEY = 4_096;

const NOW_STAND_IN = '2222-02-22T02:22:22.222Z';

/** Reads the shape off a request; undefined where the rules make each moment a shape of its own, or it is very long. */
export function requestShape(parts: ShapeParts): RequestShape | undefined {
  if (parts.rules.now === 'decides' && parts.scope.viewer.kind !== 'admin') return undefined;
  const { reader } = new RequestReading(parts);
  return reader.shape.length > LONGEST_KEY ? undefined : { key: reader.shape, slots: reader.slots };
}

/** The same request with stand-ins in all its slots: another request of the same shape. */
export interface Trial {
  readonly scope: RequestScope;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly made: MadeValues | undefined;
  readonly standIns: readonly SlotValue[];
}

/** Makes the trial of a request whose shape has been read. */
export function makeTrial(parts: ShapeParts): Trial {
  const { app, rules, db, limits, viewer } = parts.scope;
  const copy = {
    variables: structuredClone(parts.variables),
    viewer: structuredClone(knownToRules(viewer, parts.rules)),
    made: parts.made && { ...parts.made },
  };
  const scope = new RequestScope({ app, rules, db, limits, viewer: copy.viewer, now: parts.scope.now });
  const reading = new RequestReading({ ...parts, scope, variables: copy.variables, made: copy.made });
  const { slots } = reading.reader;
  const standIns = slots.map(standIn);
  for (const [index, { holder, key }] of slots.entries()) holder[key] = standIns[index];
  for (const { name, parts: texts } of reading.cursors) {
    (copy.variables as Holder)[name] = Buffer.from(JSON.stringify(texts)).toString('base64url');
  }
  const now = reading.clock.now === '' ? parts.scope.now : new Date(reading.clock.now);
  return {
    scope: new RequestScope({ app, rules, db, limits, viewer: copy.viewer, now }),
    variables: copy.variables,
    made: copy.made,
    standIns,
  };
}

/** One pass over everything in a request that its SQL may depend on. */
class RequestReading {
  readonly reader: ShapeReader;
  readonly cursors: { readonly name: string; readonly parts: unknown[] }[] = [];
  readonly clock: { now: string };

  constructor({ scope, rules, typed, variables, use, made }: ShapeParts) {
    const { limits } = scope;
    this.reader = new ShapeReader(limits.maxListLength);
    this.reader.note(shapeMark(scope.db));
    this.reader.note(limitsText(limits));
    this.#viewer(scope.viewer, rules);
    this.clock = { now: rules.now === 'none' ? '' : scope.now.toISOString() };
    if (rules.now === 'compared') {
      const slot = { holder: this.clock, key: 'now', value: this.clock.now, standIn: NOW_STAND_IN };
      this.reader.slots.push({ kind: 'text', ...slot });
    }
    if (made) this.reader.slot(made as unknown as Holder, 'id', idKind);
    for (const { name, type } of typed) this.#variable(variables as Holder, name, type, use);
  }

  /** What rules only compare with rows differs between viewers who share a shape, and so does what they do not look at. */
  #viewer(viewer: ViewerState, { viewerId, facts }: RuleUse): void {
    this.reader.note(viewer.kind);
    if (viewer.kind !== 'viewer') return;
    for (const fact of facts) this.#fact(viewer, fact);
    this.reader.note('@');
    if (viewerId === 'decides') this.reader.fixed(viewer.id);
    else this.reader.slot(viewer as unknown as Holder, 'id', idKind);
  }

  #fact(viewer: KnownViewer, { path, kindOf }: ViewerFact): void {
    this.reader.note('/');
    const key = path.at(-1) ?? '';
    let holder: unknown = viewer;
    for (const step of path.slice(0, -1)) holder = isHolder(holder, step) ? holder[step] : undefined;
    if (!isHolder(holder, key)) this.reader.note('-');
    // The `length` of a list is all that it has beside its elements: a stand-in for it would make them two thousand millions.
    else if (kindOf && !Array.isArray(holder)) this.reader.oneOrMany(holder, key, kindOf);
    else this.reader.fixed(holder[key]);
  }

  #variable(variables: Holder, name: string, type: GraphQLInputType, use: VariableUse): void {
    this.reader.note(`$${name}:`);
    if (!Object.hasOwn(variables, name)) return this.reader.note('-');
    if (use.fixed.has(name)) return this.reader.fixed(variables[name]);
    if (use.cursors.has(name)) return this.#cursor(name, variables[name]);
    this.reader.input(variables, name, type);
  }

  /** A cursor's mark and nulls are shape, the texts of its keys are slots. What is no cursor is refused later on. */
  #cursor(name: string, cursor: unknown): void {
    const parts = cursorParts(cursor);
    const isPlace = parts?.slice(1).every((text) => text === null || textKind(text) !== undefined);
    if (!parts || !isPlace) return this.reader.fixed(cursor);
    this.reader.fixed(parts[0]);
    this.reader.note(`/${parts.length}`);
    for (let key = 1; key < parts.length; key++) {
      if (parts[key] === null) this.reader.note('-');
      else this.reader.slot(parts as unknown as Holder, key, textKind);
    }
    this.cursors.push({ name, parts });
  }
}

const textsOfLimits = new WeakMap<QueryLimits, string>();

/** An app has one set of limits, and many requests. */
function limitsText(limits: QueryLimits): string {
  let text = textsOfLimits.get(limits);
  if (text === undefined) {
    text = `${limits.defaultPageSize},${limits.maxPageSize},${limits.maxListLength};`;
    textsOfLimits.set(limits, text);
  }
  return text;
}

function isHolder(value: unknown, key: string): value is Holder {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}

/**
 * The viewer without what rules do not look at: should something look at it all the same, the trial's statement is another one,
 * and there is no template.
 */
function knownToRules(viewer: ViewerState, { facts }: RuleUse): ViewerState {
  if (viewer.kind !== 'viewer') return viewer;
  const known: Holder = { kind: viewer.kind, id: viewer.id };
  const outerFirst = [...facts].sort((a, b) => a.path.length - b.path.length);
  for (const { path } of outerFirst) copyAlong(path, viewer as unknown as Holder, known);
  return known as unknown as KnownViewer;
}

function copyAlong([step = '', ...rest]: readonly string[], from: Holder, to: Holder): void {
  const value = isHolder(from, step) ? from[step] : undefined;
  // What is there already is a copy of the whole.
  if (value === undefined || (rest.length === 0 && isHolder(to, step))) return;
  const own = isHolder(to, step) ? to[step] : rest.length === 0 ? value : {};
  Object.defineProperty(to, step, { value: own, enumerable: true, writable: true, configurable: true });
  if (rest.length > 0 && own !== value) copyAlong(rest, value as Holder, own as Holder);
}

function cursorParts(cursor: unknown): unknown[] | undefined {
  if (typeof cursor !== 'string' || !/^[A-Za-z0-9_-]+$/.test(cursor)) return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(parts) ? parts : undefined;
  } catch {
    return undefined;
  }
}

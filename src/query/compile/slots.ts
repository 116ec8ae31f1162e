import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import { textFault } from '../../kit/check-text.ts';
import { scalarType } from '../../model/scalars.ts';
import { MAX_SEARCH_LENGTH } from '../read/input-values.ts';

/**
 * One value of a request that a statement takes as a parameter. Values of one kind lead to the same SQL text, whatever
 * they are; a value that could decide about the text (an enum, a boolean, a blank) is no slot but part of the shape.
 */
export interface Slot {
  readonly kind: SlotKind;
  readonly value: SlotValue;
  /** Where the value was found: `holder[key]`. A trial puts its stand-in there, into a copy of the request. */
  readonly holder: Holder;
  readonly key: string | number;
  /** Where the kind's own stand-in would not do. */
  readonly standIn?: SlotValue;
}

/** An object or a list that holds values of a request. */
export type Holder = { [key: string | number]: unknown };

/** JSON is an object, or a list that is one value. */
export type SlotValue = OneValue | readonly OneValue[];
export type OneValue = string | number | object;

/** `id…`: what an ID looks like decides which columns it can equal. */
export type SlotKind =
  | 'text'
  | 'longText'
  | 'uuid'
  | 'idNumber'
  | 'idLongNumber'
  | 'idWord'
  | 'whole'
  | 'negative'
  | 'float'
  | 'bigint'
  | 'bytes'
  | 'jsonObject'
  | 'jsonList';

/** A request's values with its slots taken out: two requests of one shape run the same SQL. */
export class ShapeReader {
  readonly slots: Slot[] = [];
  readonly #longestList: number;
  #shape = '';

  /** Lists that are longer than `longestList` are refused by whoever reads them, so each is a shape of its own. */
  constructor(longestList: number) {
    this.#longestList = longestList;
  }

  get shape(): string {
    return this.#shape;
  }

  note(text: string): void {
    this.#shape += text;
  }

  /** Something that decides about the SQL by its value. */
  fixed(value: unknown): void {
    this.#shape += JSON.stringify(value) ?? 'undefined';
  }

  /** The value `holder[key]`; as part of the shape where it is of no kind. */
  slot(holder: Holder, key: string | number, kindOf: KindOf): void {
    const value = holder[key];
    const kind = kindOf(value);
    if (kind === undefined) {
      this.fixed(value);
      return;
    }
    this.#shape += `?${kind}`;
    this.slots.push({ kind, value: value as OneValue, holder, key });
  }

  /** As `slot`, where the value may be a list of them. */
  oneOrMany(holder: Holder, key: string | number, kindOf: KindOf): void {
    const value = holder[key];
    if (!Array.isArray(value)) this.slot(holder, key, kindOf);
    else if (!this.#listSlot(holder, key, value, kindOf)) this.fixed(value);
  }

  /** The coerced input value `holder[key]` of a GraphQL type. */
  input(holder: Holder, key: string | number, type: GraphQLInputType): void {
    if (isNonNullType(type)) return this.input(holder, key, type.ofType);
    const value = holder[key];
    if (value === null || value === undefined) return this.fixed(value ?? null);
    if (isListType(type)) return this.#list(holder, key, type.ofType);
    if (isInputObjectType(type)) return this.#object(value as Holder, type);
    if (isEnumType(type) || !isScalarType(type)) return this.fixed(value);
    const kindOf = KINDS.get(type.name);
    return kindOf ? this.slot(holder, key, kindOf) : this.fixed(value);
  }

  #object(value: Holder, type: GraphQLInputObjectType): void {
    const fields = type.getFields();
    this.note('{');
    for (const key of Object.keys(value)) {
      const field = fields[key];
      this.note(`${key}:`);
      if (field) this.input(value, key, field.type);
      else this.fixed(value[key]);
      this.note(',');
    }
    this.note('}');
  }

  /** A list of one kind is one slot, however long: it is one array parameter. */
  #list(holder: Holder, key: string | number, item: GraphQLInputType): void {
    const list = holder[key] as readonly unknown[];
    if (!Array.isArray(list)) return this.fixed(list);
    const inner = isNonNullType(item) ? item.ofType : item;
    const kindOf = isScalarType(inner) ? KINDS.get(inner.name) : undefined;
    if (kindOf && this.#listSlot(holder, key, list, kindOf)) return;
    this.note('[');
    for (const place of list.keys()) {
      this.input(list as unknown as Holder, place, item);
      this.note(',');
    }
    this.note(']');
  }

  /** Whether the list is of one kind, and a slot then. */
  #listSlot(holder: Holder, key: string | number, list: readonly unknown[], kindOf: KindOf): boolean {
    const isSlot = list.length > 0 && list.length <= this.#longestList;
    const kind = isSlot ? kindOf(list[0]) : undefined;
    if (kind === undefined || !list.every((one) => kindOf(one) === kind)) return false;
    this.note(`?[${kind}]`);
    this.slots.push({ kind, value: list as readonly OneValue[], holder, key });
    return true;
  }
}

/** The kind of a value; undefined where it is part of the shape. */
export type KindOf = (value: unknown) => SlotKind | undefined;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Text that PostgreSQL can hold and that is not blank, which a search would take for none, or too long for one. */
export const textKind: KindOf = (value) => {
  if (typeof value !== 'string' || value.trim() === '' || textFault(value) !== undefined) return undefined;
  return value.length > MAX_SEARCH_LENGTH ? 'longText' : 'text';
};

/** What may be an integer of PostgreSQL's, or a uuid in another form. */
const AMBIGUOUS_ID = /^(-?\d{1,20}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/**
 * Any form of an id that all entities' keys take alike: a canonical uuid, a number that fits all integers, one that fits a long
 * one alone, or surely none of them (`auth0|…`, a cuid, the 21 digits of a Google account).
 */
export const idKind: KindOf = (value) => {
  if (typeof value !== 'string') return undefined;
  if (UUID.test(value)) return 'uuid';
  if (/^[1-9]\d{0,8}$/.test(value)) return 'idNumber';
  if (/^[1-9]\d{10,17}$/.test(value)) return 'idLongNumber';
  const isText = value !== '' && value === value.trim() && textFault(value) === undefined;
  return isText && !AMBIGUOUS_ID.test(value) ? 'idWord' : undefined;
};

const wholeKind: KindOf = (value) => {
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) >= 2 ** 31) return undefined;
  return value > 0 ? 'whole' : value < 0 ? 'negative' : undefined;
};

const floatKind: KindOf = (value) =>
  typeof value === 'number' && Number.isFinite(value) && value !== 0 ? 'float' : undefined;

const bigintKind: KindOf = (value) =>
  typeof value === 'string' && /^-?[1-9]\d{0,17}$/.test(value) ? 'bigint' : undefined;

const uuidKind: KindOf = (value) => (typeof value === 'string' && UUID.test(value) ? 'uuid' : undefined);

const bytesKind: KindOf = (value) => (typeof value === 'string' && value !== '' ? 'bytes' : undefined);

/** Nobody looks into it; what is no object or list could be compared with other values than JSON. */
const jsonKind: KindOf = (value) => {
  if (typeof value !== 'object' || value === null) return undefined;
  return Array.isArray(value) ? 'jsonList' : 'jsonObject';
};

/** How each scalar's values are told apart. A scalar that is missing here is part of the shape, which is always right. */
export const KINDS: ReadonlyMap<string, KindOf> = new Map([
  ['ID', idKind],
  ['String', textKind],
  ['Int', wholeKind],
  ['Float', floatKind],
  ['BigInt', bigintKind],
  ['UUID', uuidKind],
  ['Decimal', textKind],
  ['Date', textKind],
  ['DateTime', textKind],
  ['Time', textKind],
  ['Bytes', bytesKind],
  ['JSON', jsonKind],
  ...refinedTexts(),
]);

function refinedTexts(): [string, KindOf][] {
  const names = ['EmailAddress', 'URL', 'NonEmptyString', 'CountryCode', 'Currency'];
  return names.filter((name) => scalarType(name)?.text === true).map((name) => [name, textKind]);
}

/** A value of the same kind that nobody sends, different for each slot; lists get another length. */
export function standIn(slot: Slot, index: number): SlotValue {
  if (slot.standIn !== undefined) return slot.standIn;
  const one = (place: number) => standInOf(slot.kind, index * 10_000 + place + 1);
  if (!Array.isArray(slot.value) || slot.kind === 'jsonList') return one(0);
  const length = slot.value.length === 1 ? 2 : slot.value.length - 1;
  return Array.from({ length }, (_, place) => one(place));
}

function standInOf(kind: SlotKind, number: number): OneValue {
  switch (kind) {
    case 'text':
    case 'longText':
      return `~stand-in~${number}~`;
    case 'uuid':
      return `5ca1ab1e-0000-4000-8000-${String(number).padStart(12, '0')}`;
    case 'idNumber':
      return String(917_000_000 + number);
    case 'idLongNumber':
      return String(917_000_000_000_000n + BigInt(number));
    case 'idWord':
      return `stand-in:${number}`;
    case 'whole':
      return 1_917_000_000 + number;
    case 'negative':
      return -(1_917_000_000 + number);
    case 'float':
      return 1_917_000_000.0625 + number;
    case 'bigint':
      return String(917_000_000_000_000_000n + BigInt(number));
    case 'bytes':
      return Buffer.from(`~stand-in~${number}~`).toString('base64');
    case 'jsonObject':
      return { '~stand-in~': number };
    case 'jsonList':
      return ['~stand-in~', number];
  }
}

import type { Dmmf, DmmfArg, DmmfInputType, DmmfOutputType, DmmfTypeRef } from './read-dmmf.ts';

/**
 * Which values of a query are parameters. With it, Prisma compiles `findUnique({ where: { id } })` once for all ids;
 * without, once per id. Prisma's runtime reads it as a list of strings and a graph in a binary form.
 */
export interface ParameterGraph {
  readonly strings: string[];
  readonly graph: string;
}

interface Edge {
  readonly name: number;
  readonly mask: number;
  readonly child: number | undefined;
  readonly enumName: number | undefined;
  readonly flags: number;
}

interface OutputEdge {
  readonly name: number;
  readonly args: number | undefined;
  readonly output: number | undefined;
}

const flag = { scalar: 1, enum: 2, scalarList: 4, enumList: 8, objectList: 16, object: 32 } as const;

const scalarBit: Readonly<Record<string, number>> = {
  String: 1,
  UUID: 1,
  Int: 2,
  BigInt: 4,
  Float: 8,
  Decimal: 16,
  Boolean: 32,
  DateTime: 64,
  Json: 128,
  Bytes: 256,
};

/** The names under which Prisma's runtime looks operations up, where they differ from the description's. */
const operationsOfModel = [
  ...[
    'findUnique',
    'findUniqueOrThrow',
    'findFirst',
    'findFirstOrThrow',
    'findMany',
    'createOne',
    'createMany',
  ],
  ...['createManyAndReturn', 'updateOne', 'updateMany', 'updateManyAndReturn', 'upsertOne', 'deleteOne'],
  ...['deleteMany', 'groupBy', 'aggregate'],
];

/** Derives the parameters of every operation from Prisma's description of the schema. */
export function describeParameters(dmmf: Dmmf): ParameterGraph {
  const builder = new GraphBuilder(dmmf);
  for (const operations of dmmf.mappings.modelOperations) {
    for (const operation of operationsOfModel) {
      const field = operations[operation];
      if (field !== undefined) builder.addRoot(`${operations.model}.${operation}`, field);
    }
  }
  return builder.finish();
}

class GraphBuilder {
  readonly #inputTypes: Map<string, DmmfInputType>;
  readonly #outputTypes: Map<string, DmmfOutputType>;
  readonly #strings: string[] = [];
  readonly #stringIndex = new Map<string, number>();
  readonly #inputs: Edge[][] = [];
  readonly #inputIndex = new Map<string, number>();
  readonly #outputs: OutputEdge[][] = [];
  readonly #outputIndex = new Map<string, number>();
  readonly #roots: OutputEdge[] = [];

  constructor(dmmf: Dmmf) {
    this.#inputTypes = byName(dmmf.schema.inputObjectTypes);
    this.#outputTypes = byName(dmmf.schema.outputObjectTypes);
  }

  addRoot(name: string, fieldName: string): void {
    for (const root of ['prisma.Query', 'prisma.Mutation']) {
      const field = this.#outputTypes.get(root)?.fields.find((one) => one.name === fieldName);
      if (!field) continue;
      const args = this.#node(field.args);
      const output = this.#output(field.outputType);
      if (args !== undefined || output !== undefined)
        this.#roots.push({ name: this.#intern(name), args, output });
      return;
    }
  }

  finish(): ParameterGraph {
    const bytes = new ByteWriter();
    for (const list of [this.#inputs, this.#outputs, this.#roots]) bytes.varint(list.length);
    for (const edges of this.#inputs) {
      bytes.varint(edges.length);
      for (const edge of edges) {
        bytes
          .varint(edge.name)
          .uint16(edge.mask)
          .optional(edge.child)
          .optional(edge.enumName)
          .byte(edge.flags);
      }
    }
    for (const edges of this.#outputs) {
      bytes.varint(edges.length);
      for (const edge of edges) bytes.varint(edge.name).optional(edge.args).optional(edge.output);
    }
    for (const root of this.#roots) bytes.varint(root.name).optional(root.args).optional(root.output);
    return { strings: this.#strings, graph: bytes.toText() };
  }

  /** A node that stands for these arguments, or undefined when none of them can hold a parameter. */
  #node(args: readonly DmmfArg[]): number | undefined {
    const index = this.#inputs.push([]) - 1;
    this.#inputs[index] = this.#edges(args);
    return this.#inputs[index]?.length === 0 && index === this.#inputs.length - 1
      ? void this.#inputs.pop()
      : index;
  }

  /** A node for "any of these input types". Registered before it is filled, for types contain themselves. */
  #inputNode(types: readonly DmmfTypeRef[]): number {
    const names = [...new Set(types.map(qualified))].sort();
    const key = names.join('|');
    const known = this.#inputIndex.get(key);
    if (known !== undefined) return known;
    const index = this.#inputs.push([]) - 1;
    this.#inputIndex.set(key, index);
    this.#inputs[index] = this.#edges(names.flatMap((name) => this.#inputTypes.get(name)?.fields ?? []));
    return index;
  }

  #edges(args: readonly DmmfArg[]): Edge[] {
    const byName = new Map<string, DmmfArg[]>();
    for (const arg of args) byName.set(arg.name, [...(byName.get(arg.name) ?? []), arg]);
    const edges: Edge[] = [];
    for (const [name, same] of byName) {
      const edge = this.#edge(name, same);
      if (edge) edges.push(edge);
    }
    return edges;
  }

  #edge(name: string, args: readonly DmmfArg[]): Edge | undefined {
    const free = args.filter((arg) => arg.isParameterizable).flatMap((arg) => arg.inputTypes);
    const scalars = free.filter((type) => type.location === 'scalar');
    const enums = free
      .filter((type) => type.location === 'enumTypes' && type.namespace === 'model')
      .slice(0, 1);
    const objects = args
      .flatMap((arg) => arg.inputTypes)
      .filter((type) => type.location === 'inputObjectTypes');
    let flags = 0;
    for (const type of scalars) flags |= type.isList ? flag.scalarList : flag.scalar;
    for (const type of enums) flags |= type.isList ? flag.enumList : flag.enum;
    for (const type of objects) flags |= type.isList ? flag.objectList : flag.object;
    if (flags === 0) return undefined;
    return {
      name: this.#intern(name),
      mask: scalars.reduce((mask, type) => mask | (scalarBit[type.type] ?? 0), 0),
      child: objects.length === 0 ? undefined : this.#inputNode(objects),
      enumName: enums[0] && this.#intern(enums[0].type),
      flags,
    };
  }

  #output(type: DmmfTypeRef): number | undefined {
    if (type.location !== 'outputObjectTypes') return undefined;
    const key = qualified(type);
    const known = this.#outputIndex.get(key);
    if (known !== undefined) return known;
    const index = this.#outputs.push([]) - 1;
    this.#outputIndex.set(key, index);
    for (const field of this.#outputTypes.get(key)?.fields ?? []) {
      const args = field.args.length === 0 ? undefined : this.#node(field.args);
      const output = this.#output(field.outputType);
      if (args === undefined && output === undefined) continue;
      this.#outputs[index]?.push({ name: this.#intern(field.name), args, output });
    }
    return index;
  }

  #intern(text: string): number {
    const known = this.#stringIndex.get(text);
    if (known !== undefined) return known;
    const index = this.#strings.push(text) - 1;
    this.#stringIndex.set(text, index);
    return index;
  }
}

/** Numbers in the form that Prisma's runtime reads: seven bits a byte, low ones first; "none" is 0 and n is n + 1. */
class ByteWriter {
  readonly #bytes: number[] = [];

  byte(value: number): this {
    this.#bytes.push(value & 0xff);
    return this;
  }

  uint16(value: number): this {
    return this.byte(value).byte(value >> 8);
  }

  varint(value: number): this {
    let rest = value;
    for (; rest > 127; rest >>>= 7) this.byte((rest & 127) | 128);
    return this.byte(rest);
  }

  optional(value: number | undefined): this {
    return this.varint(value === undefined ? 0 : value + 1);
  }

  toText(): string {
    return Buffer.from(this.#bytes).toString('base64url');
  }
}

function qualified(type: { readonly type: string; readonly namespace?: string }): string {
  return type.namespace === undefined ? type.type : `${type.namespace}.${type.type}`;
}

function byName<T extends { readonly name: string }>(
  types: Partial<Record<'prisma' | 'model', readonly T[]>>,
): Map<string, T> {
  const entries = (['prisma', 'model'] as const).flatMap((space) =>
    (types[space] ?? []).map((type): [string, T] => [`${space}.${type.name}`, type]),
  );
  return new Map(entries);
}

import { loadSchemaParser } from './prisma-engine-modules.ts';

/** The parts of Prisma's data model description ("DMMF") that a client and a migration plan need. */
export interface Dmmf {
  readonly datamodel: { readonly models: readonly DmmfModel[]; readonly enums: readonly DmmfEnum[] };
  readonly schema: {
    readonly inputObjectTypes: TypesByNamespace<DmmfInputType>;
    readonly outputObjectTypes: TypesByNamespace<DmmfOutputType>;
  };
  readonly mappings: { readonly modelOperations: readonly Readonly<Record<string, string>>[] };
}

export interface DmmfModel {
  readonly name: string;
  readonly dbName: string | null;
  readonly schema: string | null;
  readonly fields: readonly DmmfField[];
}

export interface DmmfField {
  readonly name: string;
  readonly dbName?: string | null;
  readonly kind: 'scalar' | 'object' | 'enum' | 'unsupported';
  readonly type: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly isUnique: boolean;
  readonly hasDefaultValue: boolean;
  readonly nativeType?: readonly [string, readonly string[]] | null;
  readonly relationName?: string;
  readonly relationFromFields?: readonly string[];
}

export interface DmmfEnum {
  readonly name: string;
  readonly dbName: string | null;
  readonly values: readonly { readonly name: string; readonly dbName: string | null }[];
}

type TypesByNamespace<T> = Partial<Record<'prisma' | 'model', readonly T[]>>;

export interface DmmfTypeRef {
  readonly type: string;
  readonly namespace?: string;
  readonly location: string;
  readonly isList: boolean;
}

export interface DmmfArg {
  readonly name: string;
  readonly inputTypes: readonly DmmfTypeRef[];
  readonly isParameterizable: boolean;
}

export interface DmmfInputType {
  readonly name: string;
  readonly fields: readonly DmmfArg[];
}

export interface DmmfOutputType {
  readonly name: string;
  readonly fields: readonly {
    readonly name: string;
    readonly args: readonly DmmfArg[];
    readonly outputType: DmmfTypeRef;
  }[];
}

/** Describes a Prisma schema. @throws Error with Prisma's own explanation when the schema is not valid */
export function readDmmf(prismaSchema: string): Dmmf {
  const params = JSON.stringify({ prismaSchema: [['schema.prisma', prismaSchema]], noColor: true });
  return JSON.parse(loadSchemaParser().get_dmmf(params)) as Dmmf;
}

import { Kind, print } from 'graphql';
import { assertNever } from '../../kit/assert-never.ts';

/** An argument of a field. Types are written as in SDL: `[TaskOrderBy!]`. */
export interface SdlArgument {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  /** What stands after the type: ` = 5 @deprecated(…)`. */
  readonly suffix?: string;
}

export interface SdlField {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly args?: readonly SdlArgument[];
  readonly deprecated?: string | undefined;
}

export interface SdlEnumValue {
  readonly name: string;
  readonly description: string;
  readonly deprecated?: string | undefined;
}

/** A definition of the API: everything that the printer needs, and the names it refers to can be read off. */
export type SdlDefinition =
  | {
      readonly kind: 'type' | 'interface';
      readonly name: string;
      readonly description: string;
      readonly interfaces?: readonly string[];
      readonly fields: readonly SdlField[];
    }
  | {
      readonly kind: 'input';
      readonly name: string;
      readonly description: string;
      readonly oneOf?: boolean;
      readonly fields: readonly SdlField[];
    }
  | {
      readonly kind: 'enum';
      readonly name: string;
      readonly description: string;
      readonly values: readonly SdlEnumValue[];
    }
  | {
      readonly kind: 'scalar';
      readonly name: string;
      readonly description: string;
      readonly specifiedBy: string | undefined;
    }
  /** Text of the author's that goes into the API as it is. */
  | {
      readonly kind: 'source';
      readonly name: string;
      readonly sdl: string;
      readonly refersTo: readonly string[];
    };

/** The definition in the layout of graphql-js's own printer, so that printing the parsed text changes nothing. */
export function printDefinition(definition: SdlDefinition): string {
  switch (definition.kind) {
    case 'source':
      return definition.sdl;
    case 'scalar': {
      const url = definition.specifiedBy;
      const suffix = url === undefined ? '' : ` @specifiedBy(url: ${JSON.stringify(url)})`;
      return `${printDescription(definition.description)}scalar ${definition.name}${suffix}`;
    }
    case 'enum': {
      const values = definition.values.map(
        (value) => printDescription(value.description) + value.name + printDeprecated(value.deprecated),
      );
      return `${printDescription(definition.description)}enum ${definition.name} ${block(values)}`;
    }
    case 'type':
    case 'interface': {
      const { interfaces = [] } = definition;
      const suffix = interfaces.length > 0 ? ` implements ${interfaces.join(' & ')}` : '';
      const head = `${definition.kind} ${definition.name}${suffix}`;
      return `${printDescription(definition.description)}${head} ${block(definition.fields.map(printField))}`;
    }
    case 'input': {
      const head = `input ${definition.name}${definition.oneOf ? ' @oneOf' : ''}`;
      return `${printDescription(definition.description)}${head} ${block(definition.fields.map(printField))}`;
    }
    default:
      return assertNever(definition);
  }
}

/** Names of the types that a definition mentions. */
export function referredNames(definition: SdlDefinition): readonly string[] {
  switch (definition.kind) {
    case 'enum':
    case 'scalar':
      return [];
    case 'source':
      return definition.refersTo;
    case 'type':
    case 'interface':
    case 'input':
      return definition.fields.flatMap((field) => [
        bareName(field.type),
        ...(field.args ?? []).map((argument) => bareName(argument.type)),
      ]);
    default:
      return assertNever(definition);
  }
}

/** A description in front of what it describes, with the line break that follows it. */
export function printDescription(description: string): string {
  // The common case without a call of graphql-js' printer, which would double the time of a large schema.
  const isPlain = !/["\\\p{Cc}]/u.test(description) && description.trim() === description;
  if (isPlain && description !== '') {
    return description.length > 70 ? `"""\n${description}\n"""\n` : `"""${description}"""\n`;
  }
  // Control characters cannot stand in a block string; in an ordinary one they are escaped.
  const block = !/[^\P{Cc}\n\r\t]/u.test(description);
  return `${print({ kind: Kind.STRING, value: description, block })}\n`;
}

function bareName(type: string): string {
  return type.replace(/[[\]!]/g, '');
}

function printField(field: SdlField): string {
  const head = `${printDescription(field.description)}${field.name}${printArguments(field.args ?? [])}`;
  return `${head}: ${field.type}${printDeprecated(field.deprecated)}`;
}

function printArguments(args: readonly SdlArgument[]): string {
  if (args.length === 0) return '';
  const lines = args.map(
    (argument) =>
      `${printDescription(argument.description)}${argument.name}: ${argument.type}${argument.suffix ?? ''}`,
  );
  return `(\n${indent(lines.join('\n'))}\n)`;
}

export function printDeprecated(reason: string | undefined): string {
  return reason === undefined ? '' : ` @deprecated(reason: ${JSON.stringify(reason)})`;
}

function block(lines: readonly string[]): string {
  return `{\n${indent(lines.join('\n'))}\n}`;
}

function indent(text: string): string {
  return `  ${text.replace(/\n/g, '\n  ')}`;
}

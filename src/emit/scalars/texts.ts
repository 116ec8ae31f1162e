import { makeScalar, refuse, requireText } from './make-scalar.ts';

/** A UUID of any version, in lower case. */
export const GraphQLUUID = makeScalar({
  name: 'UUID',
  description: 'A UUID: `"018f3b5e-7a2c-7d11-9c3e-0123456789ab"`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc9562',
  parse: parseUuid,
  serialize: parseUuid,
});

function parseUuid(value: unknown): string {
  const text = typeof value === 'string' ? value.toLowerCase() : '';
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) {
    throw refuse('UUID', value, 'a UUID, such as "018f3b5e-7a2c-7d11-9c3e-0123456789ab"');
  }
  return text;
}

/** Bytes; their base64 text (RFC 4648 §4, padded). */
export const GraphQLBytes = makeScalar({
  name: 'Bytes',
  description: 'Bytes, as base64: `"aGVsbG8="`.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc4648#section-4',
  parse: parseBytes,
  serialize: (value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : parseBytes(value),
});

function parseBytes(value: unknown): string {
  const text = requireText('Bytes', value, 'base64 text');
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw refuse('Bytes', value, 'base64 text, such as "aGVsbG8="');
  }
  return text;
}

import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLScalarType,
  type GraphQLSchema,
  GraphQLString,
} from 'graphql';
import { graphqlScalars } from '../../kit/graphql-scalars.ts';
import type { ScalarName } from '../../model/scalars.ts';
import { GraphQLJSON } from './json.ts';
import { GraphQLBigInt, GraphQLDecimal } from './numbers.ts';
import { refinedNumber, refinedText } from './refined.ts';
import { GraphQLBytes, GraphQLUUID } from './texts.ts';
import { GraphQLDate, GraphQLDateTime, GraphQLTime } from './times.ts';

/** Those that accept what a scalar of graphql-scalars accepts. */
const refined = {
  EmailAddress: refinedText('EmailAddress', (library) => library.GraphQLEmailAddress, 'an e-mail address'),
  URL: refinedText('URL', (library) => library.GraphQLURL, 'an absolute URL'),
  PhoneNumber: refinedText(
    'PhoneNumber',
    (library) => library.GraphQLPhoneNumber,
    'a phone number in E.164 form, such as +17895551234',
  ),
  IPv4: refinedText('IPv4', (library) => library.GraphQLIPv4, 'an IPv4 address'),
  IPv6: refinedText('IPv6', (library) => library.GraphQLIPv6, 'an IPv6 address'),
  IP: refinedText('IP', (library) => library.GraphQLIP, 'an IPv4 or IPv6 address'),
  MAC: refinedText('MAC', (library) => library.GraphQLMAC, 'a MAC address'),
  HexColorCode: refinedText(
    'HexColorCode',
    (library) => library.GraphQLHexColorCode,
    'a colour such as #1a2b3c',
  ),
  CountryCode: refinedText(
    'CountryCode',
    (library) => library.GraphQLCountryCode,
    'a country code of ISO 3166-1 alpha-2, such as DE',
  ),
  Currency: refinedText(
    'Currency',
    (library) => library.GraphQLCurrency,
    'a currency code of ISO 4217, such as EUR',
  ),
  Locale: refinedText('Locale', (library) => library.GraphQLLocale, 'a BCP 47 language tag, such as en-GB'),
  TimeZone: refinedText(
    'TimeZone',
    (library) => library.GraphQLTimeZone,
    'an IANA time zone, such as Europe/Berlin',
  ),
  Duration: refinedText(
    'Duration',
    (library) => library.GraphQLDuration,
    'an ISO 8601 duration, such as P1DT12H',
  ),
  SemVer: refinedText('SemVer', (library) => library.GraphQLSemVer, 'a semantic version, such as 1.2.3'),
  NonEmptyString: refinedText(
    'NonEmptyString',
    (library) => library.GraphQLNonEmptyString,
    'not empty and not only white space',
  ),
  PositiveInt: refinedNumber(
    'PositiveInt',
    (library) => library.GraphQLPositiveInt,
    'integer',
    'a whole number from 1',
  ),
  NonNegativeInt: refinedNumber(
    'NonNegativeInt',
    (library) => library.GraphQLNonNegativeInt,
    'integer',
    'a whole number from 0',
  ),
  NegativeInt: refinedNumber(
    'NegativeInt',
    (library) => library.GraphQLNegativeInt,
    'integer',
    'a whole number below 0',
  ),
  NonPositiveInt: refinedNumber(
    'NonPositiveInt',
    (library) => library.GraphQLNonPositiveInt,
    'integer',
    'a whole number up to 0',
  ),
  Port: refinedNumber('Port', (library) => library.GraphQLPort, 'integer', 'a port from 1 to 65535'),
  PositiveFloat: refinedNumber(
    'PositiveFloat',
    (library) => library.GraphQLPositiveFloat,
    'float',
    'a number above 0',
  ),
  NonNegativeFloat: refinedNumber(
    'NonNegativeFloat',
    (library) => library.GraphQLNonNegativeFloat,
    'float',
    'a number from 0',
  ),
  Latitude: refinedNumber(
    'Latitude',
    (library) => library.GraphQLLatitude,
    'float',
    'a number from -90 to 90',
  ),
  Longitude: refinedNumber(
    'Longitude',
    (library) => library.GraphQLLongitude,
    'float',
    'a number from -180 to 180',
  ),
};

/**
 * How each stored scalar is read from a client and answered to one. `parseValue` gives the JSON form that is bound to
 * SQL (text for BigInt, Decimal, dates, Bytes; the value itself for JSON); `serialize` takes that form from the database
 * as well as what custom resolvers return (Date, bigint, Buffer, Prisma's Decimal).
 */
export const scalarTypes: Readonly<Record<string, GraphQLScalarType>> = {
  ID: GraphQLID,
  String: GraphQLString,
  Int: GraphQLInt,
  Float: GraphQLFloat,
  Boolean: GraphQLBoolean,
  BigInt: GraphQLBigInt,
  Decimal: GraphQLDecimal,
  DateTime: GraphQLDateTime,
  Date: GraphQLDate,
  Time: GraphQLTime,
  JSON: GraphQLJSON,
  UUID: GraphQLUUID,
  Bytes: GraphQLBytes,
  ...refined,
} satisfies Record<ScalarName, GraphQLScalarType>;

/** Loads now what the scalars of `schema` would load at the first value, so that no request waits for it. */
export function loadScalars(schema: GraphQLSchema): void {
  if (Object.keys(refined).some((name) => schema.getType(name))) graphqlScalars();
}

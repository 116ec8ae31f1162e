import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  type GraphQLScalarType,
  GraphQLString,
} from 'graphql';
import {
  GraphQLCountryCode,
  GraphQLCurrency,
  GraphQLDuration,
  GraphQLEmailAddress,
  GraphQLHexColorCode,
  GraphQLIP,
  GraphQLIPv4,
  GraphQLIPv6,
  GraphQLLatitude,
  GraphQLLocale,
  GraphQLLongitude,
  GraphQLMAC,
  GraphQLNegativeInt,
  GraphQLNonEmptyString,
  GraphQLNonNegativeFloat,
  GraphQLNonNegativeInt,
  GraphQLNonPositiveInt,
  GraphQLPhoneNumber,
  GraphQLPort,
  GraphQLPositiveFloat,
  GraphQLPositiveInt,
  GraphQLSemVer,
  GraphQLTimeZone,
  GraphQLURL,
} from 'graphql-scalars';
import type { ScalarName } from '../../model/scalars.ts';
import { GraphQLJSON } from './json.ts';
import { GraphQLBigInt, GraphQLDecimal } from './numbers.ts';
import { refinedNumber, refinedText } from './refined.ts';
import { GraphQLBytes, GraphQLUUID } from './texts.ts';
import { GraphQLDate, GraphQLDateTime, GraphQLTime } from './times.ts';

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
  EmailAddress: refinedText('EmailAddress', GraphQLEmailAddress, 'an e-mail address'),
  URL: refinedText('URL', GraphQLURL, 'an absolute URL'),
  PhoneNumber: refinedText(
    'PhoneNumber',
    GraphQLPhoneNumber,
    'a phone number in E.164 form, such as +17895551234',
  ),
  IPv4: refinedText('IPv4', GraphQLIPv4, 'an IPv4 address'),
  IPv6: refinedText('IPv6', GraphQLIPv6, 'an IPv6 address'),
  IP: refinedText('IP', GraphQLIP, 'an IPv4 or IPv6 address'),
  MAC: refinedText('MAC', GraphQLMAC, 'a MAC address'),
  HexColorCode: refinedText('HexColorCode', GraphQLHexColorCode, 'a colour such as #1a2b3c'),
  CountryCode: refinedText(
    'CountryCode',
    GraphQLCountryCode,
    'a country code of ISO 3166-1 alpha-2, such as DE',
  ),
  Currency: refinedText('Currency', GraphQLCurrency, 'a currency code of ISO 4217, such as EUR'),
  Locale: refinedText('Locale', GraphQLLocale, 'a BCP 47 language tag, such as en-GB'),
  TimeZone: refinedText('TimeZone', GraphQLTimeZone, 'an IANA time zone, such as Europe/Berlin'),
  Duration: refinedText('Duration', GraphQLDuration, 'an ISO 8601 duration, such as P1DT12H'),
  SemVer: refinedText('SemVer', GraphQLSemVer, 'a semantic version, such as 1.2.3'),
  NonEmptyString: refinedText('NonEmptyString', GraphQLNonEmptyString, 'not empty and not only white space'),
  PositiveInt: refinedNumber('PositiveInt', GraphQLPositiveInt, 'integer', 'a whole number from 1'),
  NonNegativeInt: refinedNumber('NonNegativeInt', GraphQLNonNegativeInt, 'integer', 'a whole number from 0'),
  NegativeInt: refinedNumber('NegativeInt', GraphQLNegativeInt, 'integer', 'a whole number below 0'),
  NonPositiveInt: refinedNumber('NonPositiveInt', GraphQLNonPositiveInt, 'integer', 'a whole number up to 0'),
  Port: refinedNumber('Port', GraphQLPort, 'integer', 'a port from 1 to 65535'),
  PositiveFloat: refinedNumber('PositiveFloat', GraphQLPositiveFloat, 'float', 'a number above 0'),
  NonNegativeFloat: refinedNumber('NonNegativeFloat', GraphQLNonNegativeFloat, 'float', 'a number from 0'),
  Latitude: refinedNumber('Latitude', GraphQLLatitude, 'float', 'a number from -90 to 90'),
  Longitude: refinedNumber('Longitude', GraphQLLongitude, 'float', 'a number from -180 to 180'),
} satisfies Record<ScalarName, GraphQLScalarType>;

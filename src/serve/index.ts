export { createServer } from './create-server.ts';
export { limitOperation } from './limit-operation.ts';
export { type Log, makeLog } from './log.ts';
export type {
  ContextValue,
  PlainOperation,
  PlinthApp,
  PlinthServer,
  Readiness,
  RequestInfo,
  RouteRequest,
  Sample,
  ServerOptions,
  TextAnswer,
} from './types.ts';

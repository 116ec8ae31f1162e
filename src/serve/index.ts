export { createServer } from './create-server.ts';
export { limitOperation } from './limit-operation.ts';
export { type Log, makeLog } from './log.ts';
export type {
  ContextValue,
  PlinthApp,
  PlinthServer,
  Readiness,
  RequestInfo,
  RouteRequest,
  Sample,
  ServerOptions,
} from './types.ts';

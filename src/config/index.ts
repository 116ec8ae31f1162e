export type {
  AdminKey,
  AuthConfig,
  AuthProvider,
  CacheConfig,
  Config,
  ConnectionTimeouts,
  Limits,
  LogLevel,
  Mode,
  TrustedIssuer,
} from './config.ts';
export { environment, nodeFlags } from './environment.ts';
export { namesOrigin } from './names-origin.ts';
export { ConfigError, type ConfigSources, readConfig, type Settings } from './read-config.ts';

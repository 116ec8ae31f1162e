export type { AdminKey, Config, ConnectionTimeouts, Limits, LogLevel, Mode } from './config.ts';
export { environment } from './environment.ts';
export { ConfigError, type ConfigSources, readConfig, type Settings } from './read-config.ts';

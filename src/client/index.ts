export {
  createClient,
  type PlinthClient,
  type PlinthClientOptions,
  type RequestOptions,
} from './create-client.ts';
export { PlinthError, type PlinthIssue } from './plinth-error.ts';

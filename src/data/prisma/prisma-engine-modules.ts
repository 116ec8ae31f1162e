import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The part of Prisma's schema parser (compiled to WebAssembly, CommonJS) that is used here. */
export interface SchemaParser {
  get_dmmf(params: string): string;
}

/** Loads Prisma's schema parser; the first call costs some 50 ms. */
export function loadSchemaParser(): SchemaParser {
  return require('@prisma/prisma-schema-wasm') as SchemaParser;
}

/** WebAssembly as Node has it; TypeScript only knows it together with the whole browser. */
interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Record<string, unknown>,
  ) => { readonly exports: WasmExports };
}

export type WasmExports = Readonly<Record<string, unknown>> & { __wbindgen_start(): void };

function wasmApi(): WasmApi {
  return Reflect.get(globalThis, 'WebAssembly') as WasmApi;
}

/** Compiles a WebAssembly file's bytes. */
export function compileWasm(bytes: Uint8Array): object {
  return new (wasmApi().Module)(bytes);
}

/** Instantiates compiled WebAssembly with the functions that it imports. */
export function instantiateWasm(module: object, imports: Record<string, unknown>): WasmExports {
  return new (wasmApi().Instance)(module, imports).exports;
}

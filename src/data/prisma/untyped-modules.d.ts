// Parts of Prisma that ship without declarations, as far as they are used here.
declare module '@prisma/client/runtime/query_compiler_fast_bg.postgresql.mjs' {
  const compiler: { __wbg_set_wasm(exports: unknown): void; QueryCompiler: new (options: object) => never };
  export const __wbg_set_wasm: typeof compiler.__wbg_set_wasm;
  export const QueryCompiler: typeof compiler.QueryCompiler;
}

declare module '@prisma/client/runtime/query_compiler_fast_bg.postgresql.wasm-base64.mjs' {
  export const wasm: string;
}

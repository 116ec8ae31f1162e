export { checkOperations } from './check-operations.ts';
export { documentId } from './document-id.ts';
export { emitApolloManifest, emitDocumentList } from './emit-manifests.ts';
export { normalId } from './normal-id.ts';
export { OPERATION_RULES } from './operation-rules.ts';
export { placeInSource } from './place-in-source.ts';
export { checkListed, readManifests } from './read-manifests.ts';
export { type Operation, type OperationSource, readOperations } from './read-operations.ts';
export { TrustedDocuments } from './trusted-documents.ts';

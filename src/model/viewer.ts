/** What is known of an account that sends a query. What is left out is loaded from the `@user` model by its id. */
export interface KnownViewer {
  readonly kind: 'viewer';
  readonly id: string;
  readonly roles?: readonly string[];
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Who sends a request: the administrator (rules are bypassed), nobody in particular, or an account. */
export type ViewerState = { readonly kind: 'admin' } | { readonly kind: 'signedOut' } | KnownViewer;

import type { Sample } from '../types.ts';

/** What the page is told about the server that serves it. */
export interface PageSettings {
  readonly endpoint: string;
  /** For the viewer switch; null wherever the page might be somebody else's. */
  readonly adminKey: string | null;
  readonly samples: readonly Sample[];
}

/** The page that loads GraphiQL. Settings travel as data, which no browser runs, whatever they contain. */
export function renderPage(settings: PageSettings, nonce: string): string {
  const { endpoint } = settings;
  const data = JSON.stringify(settings).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>GraphiQL · Plinth</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${endpoint}/assets/main.css">
</head>
<body>
<div id="graphiql"></div>
<script id="plinth-settings" type="application/json">${data}</script>
<script type="module" nonce="${nonce}" src="${endpoint}/assets/main.js"></script>
</body>
</html>
`;
}

/** Shown while the bundle is being made, or instead of it; the former reloads itself. */
export function renderNotice(notice: string, reload: boolean): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${reload ? '<meta http-equiv="refresh" content="1">\n' : ''}<title>GraphiQL · Plinth</title>
<link rel="icon" href="data:,">
</head>
<body>
<p>${notice}</p>
</body>
</html>
`;
}

/**
 * What the page may load: itself and nothing else. The editor writes style attributes and elements, so styles are the
 * one thing allowed inline; scripts need this answer's nonce or our own address.
 */
export function pagePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    "worker-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

// Runs in the browser; bundled by scripts/build-graphiql.mjs. Plain JavaScript, so that nothing but the bundler stands
// between this file and the page.
import 'graphiql/style.css';
import './page.css';
import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { createElement as h, useMemo, useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';

/** @type {{ endpoint: string, adminKey: string | null, samples: { name: string, source: string }[] }} */
const settings = JSON.parse(document.getElementById('plinth-settings').textContent);

const WORKERS = { json: 'json.worker.js', graphql: 'graphql.worker.js' };
globalThis.MonacoEnvironment = {
  getWorker: (_id, label) =>
    new Worker(`${settings.endpoint}/assets/${WORKERS[label] ?? 'editor.worker.js'}`),
};

const EMPTY_QUERY = '# Ctrl+Enter runs the operation, Ctrl+Space completes, F1 shows everything else.\n\n';

/** The headers that make a request come from the chosen viewer. */
function viewerHeaders({ kind, id }) {
  if (kind === 'signedOut' || settings.adminKey === null) return {};
  const key = { 'x-plinth-admin-key': settings.adminKey };
  return kind === 'admin' ? key : { ...key, 'x-plinth-as': JSON.stringify({ id }) };
}

async function send(viewer, parameters, headers) {
  // The schema is the same for everyone, and an account id that is still being typed must not hide it.
  const asViewer = parameters.operationName === 'IntrospectionQuery' ? {} : viewerHeaders(viewer);
  const response = await fetch(settings.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...asViewer, ...headers },
    body: JSON.stringify(parameters),
  });
  return response.json();
}

/** Remembered for this browser tab only. */
function useStored(key, initial) {
  const [value, setValue] = useState(() => JSON.parse(sessionStorage.getItem(key) ?? 'null') ?? initial);
  const store = (next) => {
    sessionStorage.setItem(key, JSON.stringify(next));
    setValue(next);
  };
  return [value, store];
}

function ViewerSwitch({ viewer, setViewer }) {
  if (settings.adminKey === null) {
    return h(
      'span',
      { className: 'plinth-note' },
      'Signed out. Open this page as localhost to switch the viewer.',
    );
  }
  const choose = (event) => setViewer({ ...viewer, kind: event.target.value });
  return h(
    'label',
    null,
    'Viewer ',
    h(
      'select',
      { value: viewer.kind, onChange: choose, 'aria-label': 'Viewer' },
      h('option', { value: 'signedOut' }, 'signed out'),
      h('option', { value: 'admin' }, 'admin (rules bypassed)'),
      h('option', { value: 'viewer' }, 'account by id'),
    ),
    viewer.kind === 'viewer' &&
      h('input', {
        value: viewer.id,
        placeholder: 'account id',
        'aria-label': 'Account id',
        spellCheck: false,
        onChange: (event) => setViewer({ ...viewer, id: event.target.value.trim() }),
      }),
  );
}

/** Opens a sample operation in a tab of its own. Lives inside GraphiQL, whose editors it fills. */
function SampleMenu() {
  const { addTab } = useGraphiQLActions();
  const queryEditor = useGraphiQL(pick('queryEditor')).queryEditor;
  if (settings.samples.length === 0) return null;
  const open = (event) => {
    const sample = settings.samples[Number(event.target.value)];
    event.target.value = '';
    if (sample === undefined) return;
    addTab();
    queryEditor?.setValue(sample.source);
  };
  return h(
    'select',
    { className: 'plinth-samples', defaultValue: '', onChange: open, 'aria-label': 'Sample operations' },
    h('option', { value: '', disabled: true }, 'Sample operations…'),
    settings.samples.map(({ name }, index) => h('option', { key: name, value: index }, name)),
  );
}

function Page() {
  const [viewer, setViewer] = useStored('plinth-viewer', { kind: 'signedOut', id: '' });
  // One fetcher for good: GraphiQL reads the schema again whenever it gets another.
  const current = useRef(viewer);
  current.current = viewer;
  const fetcher = useMemo(
    () =>
      (parameters, options = {}) =>
        send(current.current, parameters, options.headers),
    [],
  );
  const tabs = settings.samples.slice(0, 3).map(({ source }) => ({ query: source }));
  return h(
    'div',
    { className: 'plinth-page' },
    h(
      'header',
      { className: 'plinth-bar' },
      h('strong', null, 'Plinth'),
      h(ViewerSwitch, { viewer, setViewer }),
    ),
    h(
      'div',
      { className: 'plinth-main' },
      h(
        GraphiQL,
        {
          fetcher,
          defaultQuery: EMPTY_QUERY,
          shouldPersistHeaders: false,
          ...(tabs.length > 0 && { defaultTabs: tabs }),
        },
        h(GraphiQL.Logo, null, h(SampleMenu)),
      ),
    ),
  );
}

createRoot(document.getElementById('graphiql')).render(h(Page));
